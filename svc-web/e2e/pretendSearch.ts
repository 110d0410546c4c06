import type { SearchHit, SearchPage } from "../src/shared/contracts/generated";
import { MINUTE, NOW, ok, type Answer, type Asked } from "./pretence";
import { GROUP, ME, people, PRIVATE, uuid } from "./pretendPeople";

/** Hits for every search but one that finds nothing. */
function searchOf(query: URLSearchParams): SearchPage {
  const words = query.get("q") ?? "";
  const hit = (chat: string, seq: number, by: string, ago: number, text: string): SearchHit => {
    const start = text.toLowerCase().indexOf(words.toLowerCase());
    return {
      chat,
      seq,
      by,
      at: NOW - ago * MINUTE,
      edited: false,
      text,
      marks: start < 0 ? [] : [{ start, end: start + words.length }],
      cut_before: seq === 9,
      cut_after: seq === 9,
      attachments: [],
      hook: null,
    };
  };
  const hits = [
    hit(PRIVATE, 11, people[0]?.person ?? ME, 44, "Lunch at one?"),
    hit(
      GROUP,
      5,
      people[2]?.person ?? ME,
      312,
      "I booked the table for our lunch on Friday, six people.",
    ),
    hit(
      PRIVATE,
      9,
      ME,
      5_800,
      "write it up over the lunch break so that nobody has to explain it a second time, and then we link it from the handbook where new people look first, next to the",
    ),
    hit(
      uuid("c", 2),
      4,
      people[2]?.person ?? ME,
      21_000,
      "The lunchroom is <b>closed</b> on Monday",
    ),
  ];
  const only = query.get("chat");
  return {
    hits: words.includes("nothing") ? [] : hits.filter((one) => only === null || one.chat === only),
    people,
    partial: words.length < 3,
    next: null,
  };
}

export function answerSearch({ path, query }: Asked): Answer | null {
  return path === "/api/search" ? ok(searchOf(query)) : null;
}
