const FIRST_MS = 500;
const CEILING_MS = 30_000;

/**
 * Full-jitter backoff: a uniformly random delay in milliseconds below a ceiling that doubles with each
 * failed attempt (the first is 0). A fleet that lost one gateway comes back spread out.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.floor(random() * ceiling);
}
