import { describe, expect, it } from "vitest";
import { hear, silent, type Hearing } from "@/features/conversation/model/heard";
import type { EventRecord } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

const NOBODY: ReadonlySet<string> = new Set();

function record(seq: number, by: string, body = "ok"): EventRecord {
  const event = said(body);
  return { stream: "c:chat", epoch: 1, seq, n: seq, at: seq, id: `id-${seq}`, by, event };
}

const upTo = (asOf: number): Hearing => silent({ epoch: 1, asOf });

function after(before: Hearing, records: EventRecord[], blocked = NOBODY, epoch = 1): Hearing {
  const asOf = records.at(-1)?.seq ?? 0;
  return hear(before, { me: "me", epoch, asOf, records }, blocked);
}

const seqs = ({ lines }: Hearing): number[] => lines.map((one) => one.seq);
const range = (from: number, to: number): EventRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index, "anna"));

describe("what is read out", () => {
  it("is what others wrote since the chat was opened, and nothing of one's own", () => {
    const records = [record(1, "anna"), record(2, "me"), record(3, "anna"), record(4, "me")];
    expect(seqs(after(upTo(0), records))).toEqual([1, 3]);
    expect(seqs(after(upTo(1), records))).toEqual([3]);
    expect(seqs(after(upTo(4), records))).toEqual([]);
  });

  it("tells the same words twice apart", () => {
    const twice = [record(1, "anna"), record(2, "anna")];
    expect(after(upTo(0), twice).lines).toEqual([
      { seq: 1, by: "anna", hook: null, said: "ok" },
      { seq: 2, by: "anna", hook: null, said: "ok" },
    ]);
  });

  it("is also what a program says by one's own webhook", () => {
    const event = { ...said("built"), hook: "Build" };
    expect(seqs(after(upTo(0), [{ ...record(1, "me"), event }]))).toEqual([1]);
  });

  it("leaves out blocked people", () => {
    const records = [record(1, "anna"), record(2, "bo")];
    expect(seqs(after(upTo(0), records, new Set(["bo"])))).toEqual([1]);
  });

  it("is the newest five of a burst", () => {
    expect(seqs(after(upTo(10), range(1, 40)))).toEqual([36, 37, 38, 39, 40]);
  });

  it("is nothing again for who goes far back and comes to the end again", () => {
    const heard = after(upTo(100), range(80, 102));
    expect(seqs(heard)).toEqual([101, 102]);
    // The page around an old message takes the place of all records, then the newest page theirs.
    const back = after(heard, range(10, 30));
    expect(back).toBe(heard);
    expect(after(back, range(80, 102))).toBe(heard);
  });

  it("is, at the end again, what came meanwhile, once", () => {
    const back = after(after(upTo(100), range(80, 102)), range(10, 30));
    const again = after(back, range(85, 104));
    expect(seqs(again)).toEqual([101, 102, 103, 104]);
    expect(after(again, range(85, 104))).toBe(again);
  });

  it("keeps what was said where it is while more is added", () => {
    const first = after(upTo(0), range(1, 3));
    expect(seqs(after(first, range(1, 4)))).toEqual([1, 2, 3, 4]);
    expect(seqs(after(first, range(1, 7)))).toEqual([3, 4, 5, 6, 7]);
  });

  it("begins anew with another life of the log", () => {
    const heard = after(upTo(100), range(99, 101));
    expect(seqs(after(heard, range(1, 50), NOBODY, 2))).toEqual([]);
  });
});
