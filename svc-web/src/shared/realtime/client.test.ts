import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RealtimeClient, type Signal } from "@/shared/realtime/client";
import { said } from "@/shared/lib/said";

const ME = "00000000-0000-4000-8000-0000000000aa";
const CHAT = "00000000-0000-4000-8000-0000000000cc";
const STREAM = `c:${CHAT}`;
const ID = "01900000-0000-7000-8000-000000000001";

/** A socket of which the test is the other end. */
class FakeWire {
  readonly sent: Record<string, unknown>[] = [];
  closedByUs = false;
  readonly #listeners = new Map<string, (given: never) => void>();

  addEventListener(type: string, listener: (given: never) => void): void {
    this.#listeners.set(type, listener);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closedByUs = true;
  }
  open(): void {
    this.#listeners.get("open")?.(undefined as never);
  }
  say(frame: object): void {
    this.#listeners.get("message")?.({ data: JSON.stringify(frame) } as never);
  }
  drop(code: number): void {
    this.#listeners.get("close")?.({ code } as never);
  }
  live(time = 1_700_000_000_000, features: string[] = []): void {
    this.open();
    this.say({ t: "welcome", person: ME, session: ME, time, gateway: "gateway-1", features });
    this.say({ t: "resumed", streams: 1 });
  }
}

function event(seq: number, id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`) {
  return {
    t: "event",
    stream: STREAM,
    epoch: 1,
    seq,
    n: seq,
    at: seq,
    id,
    by: ME,
    event: said("x"),
  };
}

function setup(revive: () => Promise<boolean> = () => Promise.resolve(true)) {
  const wires: FakeWire[] = [];
  const client = new RealtimeClient({
    open: () => {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    revive,
    random: () => 0.5,
  });
  const signals: Signal[] = [];
  client.listen((signal) => signals.push(signal));
  const wire = (index: number): FakeWire => {
    const found = wires[index];
    if (found === undefined) throw new Error(`socket ${index} was never opened`);
    return found;
  };
  const seqs = (): number[] =>
    signals.flatMap((signal) => (signal.kind === "event" ? [signal.record.seq] : []));
  return { client, wires, wire, signals, seqs };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_600_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("RealtimeClient", () => {
  it("says which chat is looked at and that one types, to gateways that take it", () => {
    const { client, wire, signals } = setup();
    client.look(CHAT);
    client.start();
    wire(0).live(0, ["typing"]);
    client.typing(CHAT);
    client.look(null);
    expect(wire(0).sent.slice(1)).toEqual([
      { t: "look", chat: CHAT },
      { t: "typing", chat: CHAT },
      { t: "look", chat: null },
    ]);
    wire(0).say({ t: "typist", chat: CHAT, by: ME });
    expect(signals.at(-1)).toEqual({ kind: "typist", chat: CHAT, by: ME });
  });

  it("leaves the label of a forwarded message behind where the gateway doesn't know it", () => {
    const { client, wire } = setup();
    const frame = { t: "send" as const, id: "id-1", chat: CHAT, body: "x", forwarded: true };
    client.start();
    client.send(frame);
    wire(0).live(0, ["typing"]);
    const { forwarded: _, ...rest } = frame;
    expect(wire(0).sent.slice(1)).toEqual([rest]);
    wire(0).drop(1012);
    vi.advanceTimersByTime(10_000);
    wire(1).live(0, ["forwarded"]);
    expect(wire(1).sent.slice(1)).toEqual([frame]);
  });

  it("says neither to a gateway of before", () => {
    const { client, wire } = setup();
    client.look(CHAT);
    client.start();
    wire(0).live();
    client.typing(CHAT);
    expect(wire(0).sent.map((frame) => frame["t"])).toEqual(["resume"]);
  });

  it("resumes with its heads and goes connecting, resuming, live", () => {
    const { client, wire, signals } = setup();
    client.place(STREAM, 1, 7);
    client.start();
    wire(0).live();
    expect(wire(0).sent[0]).toEqual({ t: "resume", heads: { [STREAM]: [1, 7] } });
    const states = signals.flatMap((one) => (one.kind === "state" ? [one.state.kind] : []));
    expect(states).toEqual(["connecting", "resuming", "live"]);
  });

  it("keeps the server's clock", () => {
    const { client, wire } = setup();
    client.start();
    wire(0).live(1_700_000_000_000);
    vi.advanceTimersByTime(5);
    expect(client.now()).toBe(1_700_000_000_005);
  });

  it("comes back after a lost line and resends the same id", () => {
    const { client, wire, wires } = setup();
    client.start();
    wire(0).live();
    client.send({ t: "send", id: ID, chat: CHAT, body: "hello" });
    wire(0).say({ t: "ack", id: ID });
    wire(0).drop(1006);
    expect(client.state.kind).toBe("waiting");
    vi.advanceTimersByTime(1_000);
    expect(wires).toHaveLength(2);
    wire(1).live();
    expect(wire(1).sent.at(-1)).toEqual({ t: "send", id: ID, chat: CHAT, body: "hello" });
    wire(1).say(event(1, ID));
    wire(1).drop(1012);
    vi.advanceTimersByTime(1_000);
    wire(2).live();
    expect(wire(2).sent.filter((frame) => frame["t"] === "send")).toEqual([]);
  });

  it("asks for a hole and gives on nothing twice or out of order", () => {
    const { client, wire, seqs } = setup();
    client.place(STREAM, 1, 1);
    client.start();
    wire(0).live();
    wire(0).say(event(2));
    wire(0).say(event(2));
    wire(0).say(event(5));
    expect(wire(0).sent.at(-1)).toEqual({ t: "repair", stream: STREAM, after: 2 });
    for (const seq of [3, 4, 5]) wire(0).say(event(seq));
    expect(seqs()).toEqual([2, 3, 4, 5]);
  });

  it("on a drain resumes on a second socket before it leaves the first", () => {
    const { client, wire, seqs, signals } = setup();
    client.place(STREAM, 1, 0);
    client.start();
    wire(0).live();
    client.send({ t: "send", id: ID, chat: CHAT, body: "hello" });
    wire(0).say({ t: "drain", within_ms: 5000 });
    wire(1).open();
    wire(0).say(event(1));
    expect(wire(0).closedByUs).toBe(false);
    wire(1).live();
    expect(wire(0).closedByUs).toBe(true);
    wire(1).say(event(1));
    wire(1).say(event(2));
    expect(seqs()).toEqual([1, 2]);
    expect(wire(1).sent.at(-1)).toMatchObject({ t: "send", id: ID });
    expect(signals.some((one) => one.kind === "state" && one.state.kind === "waiting")).toBe(false);
  });

  it("goes on with the second socket when the first closes during a drain", () => {
    const { client, wire, wires } = setup();
    client.start();
    wire(0).live();
    wire(0).say({ t: "drain", within_ms: 5000 });
    wire(0).drop(1012);
    expect(client.state.kind).toBe("resuming");
    wire(1).live();
    expect(client.state.kind).toBe("live");
    expect(wires).toHaveLength(2);
  });

  it("refreshes the session after 4401, then comes back", async () => {
    const revive = vi.fn(() => Promise.resolve(true));
    const { client, wire, wires } = setup(revive);
    client.start();
    wire(0).live();
    wire(0).drop(4401);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(revive).toHaveBeenCalledOnce();
    expect(wires).toHaveLength(2);
  });

  it("is closed when the session is over, and stays so", async () => {
    const { client, wire, wires } = setup(() => Promise.resolve(false));
    client.start();
    wire(0).drop(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.state).toEqual({ kind: "closed", reason: "signed_out" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(wires).toHaveLength(1);
  });

  it.each([
    [4501, "signed_out"],
    [4502, "refused"],
  ] as const)("does not come back after %i", (code, reason) => {
    const { client, wire } = setup();
    client.start();
    wire(0).live();
    wire(0).drop(code);
    vi.advanceTimersByTime(120_000);
    expect(client.state).toEqual({ kind: "closed", reason });
  });

  it("keeps trying while the server can't be asked", async () => {
    const { client, wire } = setup(() => Promise.reject(new Error("offline")));
    client.start();
    wire(0).drop(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.state.kind).toBe("waiting");
  });

  it("waits with full jitter, longer each time, up to 30 s", () => {
    const { client, wire, wires } = setup();
    client.start();
    wire(0).live();
    const delays: number[] = [];
    wire(0).drop(1006);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (client.state.kind === "waiting") delays.push(client.state.delay);
      client.nudge();
      const last = wires.at(-1);
      last?.open();
      last?.say({ t: "welcome", person: ME, session: ME, time: 1, gateway: "gateway-1" });
      last?.drop(1006);
    }
    expect(delays).toEqual([250, 500, 1000]);
  });

  it("sends the own check, and gives a silent line up", () => {
    const { client, wire } = setup();
    client.place(STREAM, 1, 3);
    client.start();
    wire(0).live();
    vi.advanceTimersByTime(20_000);
    expect(wire(0).sent.at(-1)).toEqual({ t: "check", heads: { [STREAM]: [1, 3] } });
    vi.advanceTimersByTime(40_000);
    expect(client.state.kind).toBe("waiting");
  });

  it("tries again after `retry`, and reports a rejection", () => {
    const { client, wire, signals } = setup();
    client.start();
    wire(0).live();
    client.send({ t: "send", id: ID, chat: CHAT, body: "hello" });
    wire(0).say({ t: "retry", id: ID, after_ms: 700, reason: "busy" });
    expect(wire(0).sent.filter((frame) => frame["t"] === "send")).toHaveLength(1);
    vi.advanceTimersByTime(700);
    expect(wire(0).sent.filter((frame) => frame["t"] === "send")).toHaveLength(2);
    wire(0).say({ t: "rejected", id: ID, code: "not_a_member", stream: STREAM, time: null });
    expect(signals.at(-1)).toEqual({ kind: "rejected", id: ID, code: "not_a_member" });
  });

  it("lives through frames it does not know", () => {
    const { client, wire } = setup();
    client.start();
    wire(0).live();
    wire(0).say({ t: "confetti", colour: "red" });
    expect(client.state.kind).toBe("live");
  });
});
