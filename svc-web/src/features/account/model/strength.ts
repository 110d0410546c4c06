import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

/** 0 (guessed at once) to 4 (safe also from whoever steals the table of hashes). */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** What one has typed beyond this is strong already, and judging it would cost time. */
const JUDGED_CHARS = 64;

let loading: Promise<ZxcvbnFactory> | null = null;

/** The dictionaries are larger than the page, so they come when somebody first types a password. */
async function load(): Promise<ZxcvbnFactory> {
  const [core, common] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  return new core.ZxcvbnFactory({
    dictionary: common.dictionary,
    graphs: common.adjacencyGraphs,
  });
}

/** How hard a password is to guess for who knows `about` its owner: name, address. */
export async function strengthOf(password: string, about: readonly string[]): Promise<Strength> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  const judge = await loading;
  const known = [...about.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]), "nexync"];
  return judge.check(
    password.slice(0, JUDGED_CHARS),
    known.filter((text) => text !== ""),
  ).score;
}

export const STRENGTH_WORDS: Record<Strength, string> = {
  0: "Guessed at once. Add words that only you would put together.",
  1: "Easy to guess. Add another word or two.",
  2: "Better. One more word makes it good.",
  3: "Good.",
  4: "Strong.",
};
