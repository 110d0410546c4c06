import type { EventRecord } from "@/shared/contracts/generated";

/** (log epoch, seq of the last event seen). */
export type Head = readonly [epoch: number, seq: number];

/** What a stream gives on: events and ranges that are not for this reader, dense and in order. */
export type Step =
  | { kind: "event"; record: EventRecord }
  | { kind: "skip"; stream: string; epoch: number; from: number; to: number };

type Verdict =
  | { kind: "steps"; steps: Step[] }
  | { kind: "known" }
  | { kind: "hole"; after: number; ask: boolean };

/** Early steps kept for one stream while its hole is being repaired; the farthest are dropped. */
const EARLY_MAX = 256;

type Track = { epoch: number; seq: number; early: Map<number, Step>; asked: number | null };

const first = (step: Step): number => (step.kind === "event" ? step.record.seq : step.from);
const last = (step: Step): number => (step.kind === "event" ? step.record.seq : step.to);
const epochOf = (step: Step): number => (step.kind === "event" ? step.record.epoch : step.epoch);

/**
 * Knows how far each stream is and lets steps through only once and only in order.
 *
 * A step beyond the next number is kept and the hole is asked for once; a step below is a double.
 * Everything that reaches a view has passed here, so a view never has to think about holes.
 */
export class Heads {
  readonly #tracks = new Map<string, Track>();

  /** The heads for a `resume`, newest knowledge, at most `limit` streams. */
  snapshot(limit: number): Record<string, Head> {
    const entries = [...this.#tracks].slice(-limit);
    return Object.fromEntries(entries.map(([stream, track]) => [stream, [track.epoch, track.seq]]));
  }

  /** The next `count` heads in turn, for the own check: every stream gets its turn. */
  turn(count: number): Record<string, Head> {
    const some = [...this.#tracks].slice(0, count);
    for (const [stream, track] of some) {
      this.#tracks.delete(stream);
      this.#tracks.set(stream, track);
    }
    return Object.fromEntries(some.map(([stream, track]) => [stream, [track.epoch, track.seq]]));
  }

  get(stream: string): Head | undefined {
    const track = this.#tracks.get(stream);
    return track && [track.epoch, track.seq];
  }

  /** The stream starts (again) after `seq`: known from REST, or told by `reset`. */
  place(stream: string, epoch: number, seq: number): Step[] {
    const track = this.#tracks.get(stream);
    if (track?.epoch === epoch && track.seq >= seq) return [];
    const early = track?.epoch === epoch ? track.early : new Map<number, Step>();
    const placed: Track = { epoch, seq, early, asked: null };
    this.#tracks.set(stream, placed);
    return drain(placed);
  }

  /** Forgets a stream that the reader is no longer in. */
  drop(stream: string): void {
    this.#tracks.delete(stream);
  }

  take(stream: string, step: Step): Verdict {
    let track = this.#tracks.get(stream);
    if (track === undefined || epochOf(step) > track.epoch) {
      // Nothing known of this stream in this log: whatever comes first is where we begin.
      track = { epoch: epochOf(step), seq: first(step) - 1, early: new Map(), asked: null };
      this.#tracks.set(stream, track);
    }
    if (epochOf(step) < track.epoch || last(step) <= track.seq) return { kind: "known" };
    if (first(step) <= track.seq + 1) {
      track.seq = last(step);
      return { kind: "steps", steps: [step, ...drain(track)] };
    }
    track.early.set(first(step), step);
    if (track.early.size > EARLY_MAX) track.early.delete(Math.max(...track.early.keys()));
    const ask = track.asked !== track.seq;
    track.asked = track.seq;
    return { kind: "hole", after: track.seq, ask };
  }

  /** A new socket: what was asked for on the old one will not come. */
  forgetQuestions(): void {
    for (const track of this.#tracks.values()) track.asked = null;
  }
}

function drain(track: Track): Step[] {
  const steps: Step[] = [];
  for (const from of [...track.early.keys()].sort((a, b) => a - b)) {
    if (from > track.seq + 1) break;
    const step = track.early.get(from);
    track.early.delete(from);
    if (step && last(step) > track.seq) {
      track.seq = last(step);
      steps.push(step);
    }
  }
  return steps;
}
