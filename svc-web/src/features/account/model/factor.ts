import { limits } from "@/shared/contracts/generated";

/** What a code field takes: six digits of the app, or a recovery code. */
export type CodeKind = "app" | "recovery";

/** What stays of what one types: digits for the app's code, the text as it is for a recovery code. */
export function typedCode(kind: CodeKind, text: string): string {
  if (kind === "recovery") return text.slice(0, limits.factorCodeChars[1]);
  return text.replace(/\D/g, "").slice(0, limits.factorDigits);
}

/** Whether a code is whole, so that it can be sent. */
export function isWhole(kind: CodeKind, code: string): boolean {
  const plain = code.replace(/[\s-]/g, "");
  return kind === "app" ? plain.length === limits.factorDigits : plain.length === 10;
}

/** A secret in groups of four, to be typed. */
export function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** The file of recovery codes, for a drawer or a password manager. */
export function recoveryFile(username: string, codes: readonly string[], made: Date): string {
  return [
    `Recovery codes of Nexync for @${username}`,
    `Made on ${made.toISOString().slice(0, 10)}. Each works once, in place of a code of your app.`,
    "",
    ...codes,
    "",
  ].join("\n");
}

/** How many codes are left, and what to do when they run out. */
export function leftWords(left: number): string {
  if (left === 0) return "No recovery code is left. Make new ones.";
  if (left <= 3) return `Only ${left} recovery ${left === 1 ? "code is" : "codes are"} left.`;
  return `${left} recovery codes left.`;
}
