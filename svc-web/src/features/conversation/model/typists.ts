import { limits } from "@/shared/contracts/generated";

/** Who types in a chat, the first who began first; `until` is Unix ms. */
export type Typists = readonly { readonly by: string; readonly until: number }[];

/** Named one by one up to here. */
const NAMED = 2;

/** Somebody types: once more, or from now on. */
export function typed(typists: Typists, by: string, now: number): Typists {
  const until = now + limits.typingShownMs;
  return typists.some((one) => one.by === by)
    ? typists.map((one) => (one.by === by ? { by, until } : one))
    : [...typists, { by, until }];
}

/** Somebody's message is there, or they are gone. */
export function stopped(typists: Typists, by: string): Typists {
  return typists.some((one) => one.by === by) ? typists.filter((one) => one.by !== by) : typists;
}

/** Without those of whom nothing was heard for too long. */
export function lasting(typists: Typists, now: number): Typists {
  return typists.some((one) => one.until <= now)
    ? typists.filter((one) => one.until > now)
    : typists;
}

/** What is shown, null for nobody. In a private chat it is clear who it is. */
export function typingWords(names: readonly string[], group: boolean): string | null {
  if (names.length === 0) return null;
  if (!group) return "typing…";
  if (names.length > NAMED) return `${names.length} people are typing…`;
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} typing…`;
}
