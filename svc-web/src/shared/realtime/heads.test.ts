import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heads, type Step } from "@/shared/realtime/heads";
import { said } from "@/shared/lib/said";

const STREAM = "c:00000000-0000-4000-8000-000000000001";

function event(seq: number, epoch = 1): Step {
  return {
    kind: "event",
    record: {
      stream: STREAM,
      epoch,
      seq,
      n: seq,
      at: seq,
      id: `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`,
      by: "00000000-0000-4000-8000-000000000002",
      event: said(String(seq)),
    },
  };
}

const skip = (from: number, to: number): Step => ({
  kind: "skip",
  stream: STREAM,
  epoch: 1,
  from,
  to,
});
const covers = (step: Step): number[] =>
  step.kind === "event"
    ? [step.record.seq]
    : Array.from({ length: step.to - step.from + 1 }, (_, index) => step.from + index);

describe("Heads", () => {
  it("lets a dense stream through as it comes", () => {
    const heads = new Heads();
    heads.place(STREAM, 1, 4);
    expect(heads.take(STREAM, event(5))).toEqual({ kind: "steps", steps: [event(5)] });
    expect(heads.get(STREAM)).toEqual([1, 5]);
  });

  it("asks for a hole once, then lets through in order what it kept", () => {
    const heads = new Heads();
    heads.place(STREAM, 1, 1);
    expect(heads.take(STREAM, event(4))).toEqual({ kind: "hole", after: 1, ask: true });
    expect(heads.take(STREAM, event(5))).toEqual({ kind: "hole", after: 1, ask: false });
    const steps = [skip(2, 3), event(4), event(5)];
    expect(heads.take(STREAM, skip(2, 3))).toEqual({ kind: "steps", steps });
  });

  it("asks again on a new socket", () => {
    const heads = new Heads();
    heads.place(STREAM, 1, 1);
    heads.take(STREAM, event(4));
    heads.forgetQuestions();
    expect(heads.take(STREAM, event(5))).toMatchObject({ kind: "hole", ask: true });
  });

  it("begins again in a new log and ignores what is late from the old one", () => {
    const heads = new Heads();
    heads.place(STREAM, 1, 90);
    expect(heads.take(STREAM, event(3, 2))).toMatchObject({ kind: "steps" });
    expect(heads.take(STREAM, event(91, 1))).toEqual({ kind: "known" });
    expect(heads.get(STREAM)).toEqual([2, 3]);
  });

  it("gives every stream its turn in the own check", () => {
    const heads = new Heads();
    for (const name of ["a", "b", "c"]) heads.place(name, 1, 1);
    expect(Object.keys({ ...heads.turn(2), ...heads.turn(2) }).sort()).toEqual(["a", "b", "c"]);
  });

  it("closes every number once and in order, whatever is lost, doubled and mixed up", () => {
    // The line gives steps in any order and any number of times; each hole that is asked for is
    // answered by everything after it, as the gateway does.
    const line = fc.array(fc.nat({ max: 39 }), { maxLength: 120 });
    fc.assert(
      fc.property(line, fc.uniqueArray(fc.nat({ max: 39 })), (order, skipped) => {
        const hidden = new Set(skipped);
        const log = Array.from({ length: 40 }, (_, index) =>
          hidden.has(index) ? skip(index + 1, index + 1) : event(index + 1),
        );
        const heads = new Heads();
        heads.place(STREAM, 1, 0);
        const seen: number[] = [];
        const take = (step: Step): void => {
          const verdict = heads.take(STREAM, step);
          if (verdict.kind === "steps") seen.push(...verdict.steps.flatMap(covers));
          if (verdict.kind === "hole" && verdict.ask) {
            for (const missing of log.slice(verdict.after)) take(missing);
          }
        };
        for (const index of order) take(log[index] ?? event(1));
        expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
      }),
    );
  });
});
