import { z } from "zod";
import {
  changeEmailBodySchema,
  changePasswordBodySchema,
  factorProofBodySchema,
  forgotBodySchema,
  limits,
  loginBodySchema,
  registerBodySchema,
  renamePasskeyBodySchema,
  resetBodySchema,
  verifyBodySchema,
  type Issue,
} from "@/shared/contracts/generated";

/** The contract's bodies with words for people; the rules stay the contract's. */
export const signUpForm = registerBodySchema.extend({ email: z.email() });
export const logInForm = loginBodySchema;
export const forgotForm = forgotBodySchema.extend({ email: z.email() });
export const resetForm = resetBodySchema.pick({ password: true });
/** The field of the code stays empty unless the server asks for one. */
export const changePasswordForm = changePasswordBodySchema.extend({
  code: factorProofBodySchema.shape.code.or(z.literal("")),
});
export const enrolForm = factorProofBodySchema.pick({ current: true });
export const proofForm = factorProofBodySchema;
/** The field of the code stays empty where no second factor is on. */
export const emailForm = changeEmailBodySchema.extend({
  email: z.email(),
  code: factorProofBodySchema.shape.code.or(z.literal("")),
});
/** As above: the password of who proves to be the owner, and a code where there is a second factor. */
export const ownerForm = factorProofBodySchema.extend({
  code: factorProofBodySchema.shape.code.or(z.literal("")),
});
export const passkeyNameForm = renamePasskeyBodySchema.extend({
  name: z.string().trim().min(1).max(limits.passkeyNameChars),
});
export const codeForm = verifyBodySchema.pick({ code: true });

/** The first rule that a username breaks, in words; null when it keeps them all. The contract has the same rules. */
export function usernameRule(username: string): string | null {
  const [fewest, most] = limits.usernameChars;
  const odd = /[^a-z0-9._-]/u.exec(username)?.[0];
  if (odd === " ") return "Spaces can't be used. Take . _ or - instead.";
  if (odd !== undefined) return `“${odd}” can't be used: only a–z, 0–9 and . _ -`;
  if (/^[._-]/.test(username)) return "Begin with a letter or a digit.";
  if (username.length < fewest)
    return `At least ${fewest} characters, ${fewest - username.length} to go.`;
  if (username.length > most)
    return `At most ${most} characters, ${username.length - most} too many.`;
  if (/[._-]$/.test(username)) return "End with a letter or a digit.";
  return null;
}

const WORDS: Record<string, string> = {
  email: "Enter an e-mail address like name@example.org.",
  username: "3 to 32 of a–z, 0–9; . _ - in between.",
  password: "8 to 128 characters.",
  current: "Enter the password that you have now.",
  login: "Enter your username or e-mail address.",
  code: "Enter the six digits from the mail.",
};

/** What the server found in a password, by the code of its issue. */
const WEAKNESS: Record<string, string> = {
  password_common: "Many people use this password, so it is tried first. Choose another.",
  password_tells_name: "Your name or address is in it. Choose another.",
};

/** What is wrong with a new address, by the kind of its error. */
export function emailWords(kind: string | undefined): string {
  return kind === "email_same" ? "This is your address already." : fieldWords("email");
}

/** What is wrong with a new password, by the kind of its error. */
export function passwordWords(kind: string | undefined): string {
  return WEAKNESS[kind ?? ""] ?? fieldWords("password");
}

export function fieldWords(field: string): string {
  return WORDS[field] ?? "Check this field.";
}

/** The fields that the server found something wrong with, and what kind of thing. */
export function fieldsOf(issues: readonly Issue[]): { field: string; kind: string }[] {
  return issues
    .map((issue) => ({ field: String(issue.path.at(-1)), kind: issue.code }))
    .filter(({ field }) => field in WORDS);
}
