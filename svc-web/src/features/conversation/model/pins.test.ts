import { describe, expect, it } from "vitest";
import { pinnedIn, touchesPins } from "@/features/conversation/model/pins";
import type { Event } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

const item = (seq: number, body: string) => ({
  ...{ stream: "c:chat", epoch: 1, seq, n: seq, at: seq, id: `id-${seq}`, by: "anna" },
  event: said(body),
});
const pin = (target: number) => ({ target, seq: target + 10, by: "bo", at: 1 });

describe("pins", () => {
  it("have the texts of now, in the order of the answer, and none that one doesn't see", () => {
    const items = [item(2, "two"), item(5, "five")];
    const view = { chat: "chat", as_of: 20, pins: [pin(5), pin(3), pin(2)], items };
    expect(pinnedIn(view).map((one) => [one.target, one.body, one.author, one.by])).toEqual([
      [5, "five", "anna", "bo"],
      [2, "two", "anna", "bo"],
    ]);
  });

  it("change with pins, and with edits and deletions of pinned messages alone", () => {
    const known = [{ target: 2, author: "anna", hook: null, body: "two", by: "bo" }];
    const touches = (event: Event): boolean => touchesPins(event, known);
    expect(touches({ tag: "message.pinned", target: 9, hidden: false })).toBe(true);
    expect(touches({ tag: "message.unpinned", target: 2, hidden: false })).toBe(true);
    expect(touches({ tag: "message.deleted", target: 2, hidden: false })).toBe(true);
    expect(touches({ tag: "message.deleted", target: 3, hidden: false })).toBe(false);
    expect(
      touches({ tag: "message.reacted", target: 2, emoji: "👍", on: true, hidden: false }),
    ).toBe(false);
    expect(touches(said("hi"))).toBe(false);
  });
});
