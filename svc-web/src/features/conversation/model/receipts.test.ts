import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merged, SENT, standing, standingWords } from "@/features/conversation/model/receipts";
import type { MemberReceipt, Receipt, ReceiptsView } from "@/shared/contracts/generated";

function member(person: string, read: number, delivered = read, since = 1): MemberReceipt {
  return { person, since, read, read_at: read, delivered, delivered_at: delivered };
}

function receipt(person: string, read: number, delivered = read): Receipt {
  return { person, read, read_at: read, delivered, delivered_at: delivered };
}

function view(...members: MemberReceipt[]): ReceiptsView {
  return { chat: "c", told: true, live: true, members };
}

const of = (members: MemberReceipt[], seq: number) => standing({ kind: "members", members }, seq);

describe("the standing of an own message", () => {
  it("leaves a message that is hidden from the other one at sent, however far they have read", () => {
    expect(of([member("bo", 9)], 5).kind).toBe("read");
    expect(standing({ kind: "members", members: [member("bo", 9)] }, 5, true)).toEqual(SENT);
  });

  it("goes from sent over delivered to read as all of the others come along", () => {
    const steps = [
      [member("a", 4), member("b", 3, 4)],
      [member("a", 4, 5), member("b", 3, 5)],
      [member("a", 5), member("b", 3, 5)],
      [member("a", 5), member("b", 6)],
    ];
    expect(steps.map((members) => standingWords(of(members, 5)))).toEqual([
      "Sent",
      "Delivered to all",
      "Seen by 1 of 2",
      "Read by all",
    ]);
  });

  it("doesn't wait for who came later, nor for who tells nothing", () => {
    expect(of([member("a", 5), member("b", 0, 0, 6)], 5)).toEqual({ kind: "read", seen: 1, of: 1 });
    expect(of([member("b", 0, 0, 6)], 5)).toEqual(SENT);
    expect(standing({ kind: "nothing" }, 5)).toEqual(SENT);
  });

  it("says plain words with one other", () => {
    expect(standingWords(of([member("a", 5)], 5))).toBe("Read");
    expect(standingWords(of([member("a", 0, 5)], 5))).toBe("Delivered");
    expect(standingWords(of([member("a", 0)], 5))).toBe("Sent");
  });

  it("is counted in a large group, for the newest and what was before it", () => {
    const seen = {
      chat: "c",
      seq: 9,
      told: true,
      of: 80,
      delivered: 0,
      seen: 12,
      people: [],
      next: null,
    };
    const known = { kind: "counted", seen } as const;
    expect(standingWords(standing(known, 9))).toBe("Seen by 12 of 80");
    expect(standing(known, 4).seen).toBe(12);
    expect(standing(known, 10)).toEqual(SENT);
    expect(standing({ kind: "counted", seen: { ...seen, seen: 80 } }, 9).kind).toBe("read");
  });

  it("never goes back, in whatever order words come", () => {
    const words = fc.array(
      fc.record({ person: fc.constantFrom("a", "b"), read: fc.nat(9), delivered: fc.nat(9) }),
    );
    fc.assert(
      fc.property(words, (marks) => {
        let now = view(member("a", 0), member("b", 0));
        let before = 0;
        for (const mark of marks) {
          now = merged(now, [receipt(mark.person, mark.read, mark.delivered)], "me") ?? now;
          const rank = ["sent", "delivered", "read"].indexOf(
            standing({ kind: "members", members: now.members }, 5).kind,
          );
          expect(rank).toBeGreaterThanOrEqual(before);
          before = rank;
        }
        for (const one of now.members) {
          const said = marks.filter((mark) => mark.person === one.person);
          expect(one.read).toBe(Math.max(0, ...said.map((mark) => mark.read)));
        }
      }),
    );
  });

  it("reads again when somebody new is told of, and passes over oneself", () => {
    expect(merged(view(member("a", 1)), [receipt("new", 2)], "me")).toBeNull();
    expect(merged(view(member("a", 1)), [receipt("me", 2)], "me")).toEqual(view(member("a", 1)));
  });
});
