import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_DRAFT, over, taken, telling, toldOf, typed, type Draft } from "@/shared/lib/draft";
import type { OwnChatView } from "@/shared/contracts/generated";

function own(draft: OwnChatView["draft"], ended = 0, version = 1): OwnChatView {
  return {
    chat: "a",
    version,
    muted_until: 0,
    archived_n: null,
    marked_unread: false,
    pinned_at: null,
    draft,
    draft_ended: ended,
  };
}

describe("a draft", () => {
  it("keeps its beginning while it grows, and begins anew after it was sent", () => {
    const one = typed(typed(NO_DRAFT, "a", null, 10), "ab", 3, 20);
    expect([one.began, one.at, one.replyTo]).toEqual([10, 20, 3]);
    const next = typed(over(one), "c", null, 10);
    expect([next.began, next.replyTo]).toEqual([11, null]);
  });

  it("is none of the server's business when it was sent before the server heard of it", () => {
    const quick = over(typed(NO_DRAFT, "hi", null, 10));
    expect(telling(quick)).toBeNull();
    const told = over(toldOf(typed(NO_DRAFT, "hi", null, 10)));
    expect(telling(told)).toEqual({ kind: "end", began: 10 });
    expect(telling(taken(told, own(null, 10)))).toBeNull();
  });

  it("gives way to a later one of another device, and is over when it was sent there", () => {
    const mine = toldOf(typed(NO_DRAFT, "mine", null, 10));
    const theirs = { text: "theirs", reply_to: 4, began: 10, at: 12 };
    expect(taken(mine, own(theirs))).toMatchObject({ text: "theirs", replyTo: 4, unsaved: false });
    expect(taken(mine, own({ ...theirs, at: 9 }))).toMatchObject({ text: "mine", unsaved: true });
    expect(taken(mine, own(null, 10)).text).toBe("");
    expect(taken(over(mine), own(theirs)).text).toBe("");
  });

  it("is told again when another device's took its place and is over", () => {
    const mine = taken(
      typed(NO_DRAFT, "mine", null, 10),
      own({ text: "mine", reply_to: null, began: 10, at: 10 }),
    );
    expect(telling(mine)).toBeNull();
    expect(telling(taken(mine, own(null, 9, 2)))).toMatchObject({ kind: "keep" });
  });

  it("takes the server's time when its own clock is ahead", () => {
    const ahead = typed(NO_DRAFT, "a", null, 99);
    const answer = own({ text: "a", reply_to: null, began: 99, at: 50 });
    expect(taken(ahead, answer)).toMatchObject({ at: 50, unsaved: false });
  });

  it("is not told while no message could carry it", () => {
    for (const text of ["é".repeat(5_000), "a\0b", "\ud800"]) {
      expect(telling(typed(NO_DRAFT, text, null, 10))).toBeNull();
    }
  });
});

/** The server's own rule. */
class Server {
  held: OwnChatView["draft"] = null;
  ended = 0;
  version = 0;

  hear(draft: Draft): void {
    const next = telling(draft);
    if (next?.kind === "end") {
      this.ended = Math.max(this.ended, next.began);
      if (this.held !== null && this.held.began <= this.ended) this.held = null;
    } else if (next !== null) {
      const { text, replyTo, began, at } = next.draft;
      const newer =
        this.held === null || [at, began].join() > [this.held.at, this.held.began].join();
      if (began > this.ended && newer) this.held = { text, reply_to: replyTo, began, at };
    }
    this.version += 1;
  }

  get own(): OwnChatView {
    return own(this.held, this.ended, this.version);
  }
}

describe("two devices", () => {
  const steps = fc.array(
    fc.record({
      who: fc.integer({ min: 0, max: 1 }),
      what: fc.constantFrom("write" as const, "send" as const, "tell" as const),
    }),
    { maxLength: 25 },
  );

  it("end with the same, and nothing that was sent", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const devices = [NO_DRAFT, NO_DRAFT];
        const server = new Server();
        const sent = new Set<string>();
        let now = 1_000;
        const tell = (who: number): void => {
          const mine = devices[who] ?? NO_DRAFT;
          const draft = telling(mine)?.kind === "keep" ? toldOf(mine) : mine;
          server.hear(draft);
          devices[who] = taken(draft, server.own);
        };
        for (const { who, what } of all) {
          now += 1;
          const mine = devices[who] ?? NO_DRAFT;
          if (what === "tell") tell(who);
          else if (what === "write") devices[who] = typed(mine, `text ${now}`, null, now);
          else {
            if (mine.text !== "") sent.add(mine.text);
            devices[who] = over(mine);
          }
        }
        for (let round = 0; round < 10; round += 1) tell(round % 2);
        expect(devices[0]?.text).toBe(devices[1]?.text);
        expect(devices[0]?.text).toBe(server.held?.text ?? "");
        expect(sent.has(devices[0]?.text ?? "")).toBe(false);
      }),
    );
  });
});
