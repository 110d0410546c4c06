import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits, type MarkFrame } from "@/shared/contracts/generated";
import { Marks } from "@/shared/realtime/marks";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started(): { marks: Marks; out: MarkFrame[] } {
  const out: MarkFrame[] = [];
  const marks = new Marks((frame) => out.push(frame));
  marks.opened();
  return { marks, out };
}

const confirm = (marks: Marks, chat: string, read: number | null, delivered: number | null): void =>
  marks.marked({ t: "marked", marks: [{ chat, read, delivered }] });

describe("marks", () => {
  it("are put together for a while", () => {
    const { marks, out } = started();
    marks.say("a", { delivered: 3 });
    marks.say("a", { read: 2 });
    marks.say("b", { read: 7 });
    marks.say("a", { read: 1 });
    expect(out).toEqual([]);
    vi.advanceTimersByTime(limits.markEveryMs);
    expect(out).toEqual([
      {
        t: "mark",
        marks: [
          { chat: "a", read: 2, delivered: 3 },
          { chat: "b", read: 7, delivered: null },
        ],
      },
    ]);
  });

  it("are said again until they are confirmed, and then no more", () => {
    const { marks, out } = started();
    marks.say("a", { read: 5 });
    vi.advanceTimersByTime(limits.markEveryMs);
    confirm(marks, "a", 4, null);
    vi.advanceTimersByTime(limits.markAgainMs);
    expect(out).toHaveLength(2);
    confirm(marks, "a", 5, null);
    vi.advanceTimersByTime(10 * limits.markAgainMs);
    marks.say("a", { read: 5 });
    vi.advanceTimersByTime(10 * limits.markAgainMs);
    expect(out).toHaveLength(2);
  });

  it("go out again on a new socket, at once, and wait without one", () => {
    const { marks, out } = started();
    marks.closed();
    marks.say("a", { read: 5 });
    vi.advanceTimersByTime(10 * limits.markAgainMs);
    expect(out).toEqual([]);
    marks.opened();
    expect(out).toHaveLength(1);
    marks.closed();
    marks.opened();
    expect(out).toHaveLength(2);
  });

  it("of many chats need several frames; those of a chat that is gone none", () => {
    const { marks, out } = started();
    for (let chat = 0; chat <= limits.chatMarks; chat += 1) marks.say(`c${chat}`, { read: 1 });
    marks.forget("c0");
    marks.forget("c1");
    vi.advanceTimersByTime(limits.markEveryMs);
    expect(out.map((frame) => frame.marks.length)).toEqual([limits.chatMarks - 1]);
    marks.say("c0", { read: 1 });
    marks.say("c1", { read: 1 });
    marks.closed();
    marks.opened();
    expect(out.slice(1).map((frame) => frame.marks.length)).toEqual([limits.chatMarks, 1]);
  });

  it("never say less than before, and end with the most that was said", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("say"), read: fc.nat(20), delivered: fc.nat(20) }),
      fc.record({ kind: fc.constant("drop"), read: fc.nat(20), delivered: fc.nat(20) }),
      fc.record({ kind: fc.constant("confirm"), read: fc.nat(20), delivered: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { marks, out } = started();
        const most = { read: 0, delivered: 0 };
        for (const one of steps) {
          if (one.kind === "say") {
            marks.say("a", one);
            most.read = Math.max(most.read, one.read);
            most.delivered = Math.max(most.delivered, one.delivered);
          } else if (one.kind === "confirm") {
            confirm(
              marks,
              "a",
              Math.min(one.read, most.read),
              Math.min(one.delivered, most.delivered),
            );
          } else {
            marks.closed();
            marks.opened();
          }
          vi.advanceTimersByTime(limits.markEveryMs);
        }
        vi.advanceTimersByTime(limits.markAgainMs);
        marks.closed();
        const reads = out.flatMap((frame) => frame.marks.map((mark) => mark.read ?? 0));
        expect(reads).toEqual([...reads].sort((a, b) => a - b));
        if (most.read > 0) expect(reads.at(-1)).toBe(most.read);
      }),
    );
  });
});
