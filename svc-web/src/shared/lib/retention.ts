import type { Retention } from "@/shared/contracts/generated";

/** The classes, the shortest first. */
export const RETENTIONS: readonly Retention[] = ["days_30", "year_1", "forever"];

const WORDS: Record<Retention, string> = {
  days_30: "for 30 days",
  year_1: "for a year",
  forever: "for ever",
};

/** How long messages are kept, to follow on "kept"; null is the workspace's choice. */
export function keptWords(retention: Retention | null): string {
  return retention === null ? "as this workspace keeps them" : WORDS[retention];
}

/** Whether a class is shorter than another. */
export function isShorter(one: Retention, other: Retention): boolean {
  return RETENTIONS.indexOf(one) < RETENTIONS.indexOf(other);
}
