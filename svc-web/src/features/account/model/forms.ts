import { z } from "zod";
import {
  loginBodySchema,
  registerBodySchema,
  verifyBodySchema,
  type Issue,
} from "@/shared/contracts/generated";

/** The contract's bodies with words for people; the rules stay the contract's. */
export const signUpForm = registerBodySchema.extend({ email: z.email() });
export const logInForm = loginBodySchema;
export const codeForm = verifyBodySchema.pick({ code: true });

const WORDS: Record<string, string> = {
  email: "Enter an e-mail address like name@example.org.",
  username: "3 to 32 of a–z, 0–9; . _ - in between.",
  password: "8 to 128 characters.",
  login: "Enter your username or e-mail address.",
  code: "Enter the six digits from the mail.",
};

export function fieldWords(field: string): string {
  return WORDS[field] ?? "Check this field.";
}

/** The fields that the server found something wrong with. */
export function fieldsOf(issues: readonly Issue[]): string[] {
  return issues.map((issue) => String(issue.path.at(-1))).filter((field) => field in WORDS);
}
