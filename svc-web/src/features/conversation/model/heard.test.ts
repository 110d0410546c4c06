import { describe, expect, it } from "vitest";
import { heard } from "@/features/conversation/model/heard";
import type { EventRecord } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

const NOBODY: ReadonlySet<string> = new Set();

function record(seq: number, by: string, body = "ok"): EventRecord {
  const event = said(body);
  return { stream: "c:chat", epoch: 1, seq, n: seq, at: seq, id: `id-${seq}`, by, event };
}

const seqs = (
  records: EventRecord[],
  since: number,
  blocked: ReadonlySet<string> = NOBODY,
): number[] => heard({ me: "me", records }, since, blocked).map((one) => one.seq);

describe("what is read out", () => {
  it("is what others wrote since the chat was opened, and nothing of one's own", () => {
    const records = [record(1, "anna"), record(2, "me"), record(3, "anna"), record(4, "me")];
    expect(seqs(records, 0)).toEqual([1, 3]);
    expect(seqs(records, 1)).toEqual([3]);
    expect(seqs(records, 4)).toEqual([]);
  });

  it("tells the same words twice apart", () => {
    const twice = [record(1, "anna"), record(2, "anna")];
    expect(heard({ me: "me", records: twice }, 0, NOBODY)).toEqual([
      { seq: 1, by: "anna", hook: null, said: "ok" },
      { seq: 2, by: "anna", hook: null, said: "ok" },
    ]);
  });

  it("is also what a program says by one's own webhook", () => {
    const event = { ...said("built"), hook: "Build" };
    expect(seqs([{ ...record(1, "me"), event }], 0)).toEqual([1]);
  });

  it("leaves out blocked people", () => {
    expect(seqs([record(1, "anna"), record(2, "bo")], 0, new Set(["bo"]))).toEqual([1]);
  });

  it("is the newest five of a burst", () => {
    const burst = Array.from({ length: 40 }, (_, index) => record(index + 1, "anna"));
    expect(seqs(burst, 10)).toEqual([36, 37, 38, 39, 40]);
  });
});
