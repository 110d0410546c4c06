import { describe, expect, it } from "vitest";
import { hitsOf, piecesOf, zoneOf } from "@/features/search/model/search";
import type { SearchHit } from "@/shared/contracts/generated";

const hit = (seq: number): SearchHit => ({
  chat: "c",
  seq,
  by: "b",
  at: 0,
  edited: false,
  text: "",
  marks: [],
  cut_before: false,
  cut_after: false,
  attachments: [],
  hook: null,
});

describe("pieces of a hit", () => {
  it("are the text again, marked where it says", () => {
    const marks = [
      { start: 0, end: 2 },
      { start: 5, end: 8 },
    ];
    const pieces = piecesOf({ text: "🎉 a <b> z", marks });
    expect(pieces.map((one) => one.text).join("")).toBe("🎉 a <b> z");
    expect(pieces.filter((one) => one.marked).map((one) => one.text)).toEqual(["🎉", "<b>"]);
  });

  it("are one piece without marks, and none of an empty text", () => {
    expect(piecesOf({ text: "plain", marks: [] })).toEqual([{ text: "plain", marked: false }]);
    expect(piecesOf({ text: "", marks: [] })).toEqual([]);
  });

  it("lose and repeat nothing when marks overlap or reach too far", () => {
    const marks = [
      { start: 1, end: 3 },
      { start: 2, end: 99 },
    ];
    expect(
      piecesOf({ text: "abcdef", marks })
        .map((one) => one.text)
        .join(""),
    ).toBe("abcdef");
  });
});

it("names the zone as the server wants it", () => {
  expect([0, -120, 210, -345].map(zoneOf)).toEqual(["+00:00", "+02:00", "-03:30", "+05:45"]);
});

it("keeps each hit once over the pages", () => {
  const page = { people: [], partial: false, next: null };
  const pages = [
    { ...page, hits: [hit(3), hit(2)] },
    { ...page, hits: [hit(2), hit(1)] },
  ];
  expect(hitsOf(pages).map((one) => one.seq)).toEqual([3, 2, 1]);
});
