import type { SearchHit, SearchPage } from "@/shared/contracts/generated";

export type Piece = { text: string; marked: boolean };

/** The text of a hit in order, cut where what was searched for begins and ends. */
export function piecesOf(hit: Pick<SearchHit, "text" | "marks">): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (end: number, marked: boolean): void => {
    if (end > at) pieces.push({ text: hit.text.slice(at, end), marked });
    at = Math.max(at, end);
  };
  for (const mark of hit.marks) {
    take(mark.start, false);
    take(mark.end, true);
  }
  take(hit.text.length, false);
  return pieces;
}

/** Where days begin, as the server wants it. `minutes` is what `Date` calls the time zone's offset: west is positive. */
export function zoneOf(minutes: number): string {
  const ahead = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${minutes > 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** The hits of all pages, each once: a message that moved between two pages stays where it was. */
export function hitsOf(pages: readonly SearchPage[]): SearchHit[] {
  const seen = new Map<string, SearchHit>();
  for (const hit of pages.flatMap((page) => page.hits)) {
    const key = `${hit.chat} ${hit.seq}`;
    if (!seen.has(key)) seen.set(key, hit);
  }
  return [...seen.values()];
}
