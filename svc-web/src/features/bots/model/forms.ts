import { limits, newBotBodySchema } from "@/shared/contracts/generated";

export const botForm = newBotBodySchema;

/** What is wrong with a bot's username, in words; null when nothing is. The contract has the same rules. */
export function botNameRule(username: string): string | null {
  const [fewest, most] = limits.usernameChars;
  if (/[^a-z0-9._-]/u.test(username)) return "Only a–z, 0–9 and . _ - can be used.";
  if (/^[._-]/.test(username)) return "Begin with a letter or a digit.";
  if (username.length > most)
    return `At most ${most} characters, ${username.length - most} too many.`;
  if (!username.endsWith("bot")) return "End with “bot”, so that everybody sees what it is.";
  return username.length <= Math.max(fewest, "bot".length) ? "Put something before “bot”." : null;
}
