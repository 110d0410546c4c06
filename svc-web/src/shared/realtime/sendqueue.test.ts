import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SendQueue, type Outgoing } from "@/shared/realtime/sendqueue";

const message = (number: number): Outgoing => ({
  t: "send",
  id: `id-${String(number).padStart(4, "0")}`,
  chat: "chat",
  body: String(number),
});

function queue(): { queue: SendQueue; sent: string[] } {
  const sent: string[] = [];
  return { queue: new SendQueue((one) => sent.push(one.id)), sent };
}

describe("SendQueue", () => {
  it("waits for a live socket, then sends the oldest first", () => {
    const { queue: line, sent } = queue();
    line.add(message(2));
    line.add(message(1));
    expect(sent).toEqual([]);
    line.opened(32);
    expect(sent).toEqual(["id-0001", "id-0002"]);
  });

  it("never has more than the limit without an ack", () => {
    const { queue: line, sent } = queue();
    line.opened(2);
    for (const number of [1, 2, 3, 4]) line.add(message(number));
    expect(sent).toHaveLength(2);
    line.acked("id-0001");
    expect(sent).toEqual(["id-0001", "id-0002", "id-0003"]);
  });

  it("sends everything without an outcome again, also what was acknowledged", () => {
    const { queue: line, sent } = queue();
    line.opened(32);
    for (const number of [1, 2, 3]) line.add(message(number));
    line.acked("id-0001");
    line.settled("id-0002");
    line.closed();
    sent.length = 0;
    line.opened(32);
    expect(sent).toEqual(["id-0001", "id-0003"]);
  });

  it("holds younger messages back while one has to be tried again", () => {
    const { queue: line, sent } = queue();
    line.opened(32);
    line.add(message(1));
    line.hold("id-0001");
    line.add(message(2));
    expect(sent).toEqual(["id-0001"]);
    line.release();
    expect(sent).toEqual(["id-0001", "id-0001", "id-0002"]);
  });

  it("sends what was refused again although its outcome has come, for its gateway waits for it", () => {
    const { queue: line, sent } = queue();
    line.opened(32);
    for (const number of [1, 2]) line.add(message(number));
    line.settled("id-0001");
    line.hold("id-0001");
    line.hold("id-0002");
    sent.length = 0;
    line.release();
    expect(sent).toEqual(["id-0001", "id-0002"]);
    line.acked("id-0001");
    line.hold("id-0001");
    sent.length = 0;
    line.release();
    expect(sent).toEqual(["id-0002"]);
  });

  it("owes a new socket nothing whose outcome is known", () => {
    const { queue: line, sent } = queue();
    line.opened(32);
    line.add(message(1));
    line.settled("id-0001");
    line.hold("id-0001");
    expect(line.size).toBe(0);
    line.closed();
    sent.length = 0;
    line.opened(32);
    expect(sent).toEqual([]);
  });

  it("brings every message out in order over any breaks, acks and outcomes", () => {
    const action = fc.oneof(
      fc.constant("add" as const),
      fc.constant("open" as const),
      fc.constant("close" as const),
      fc.constant("ack" as const),
      fc.constant("settle" as const),
      fc.constant("hold" as const),
      fc.constant("release" as const),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const { queue: line, sent } = queue();
        let made = 0;
        const settled = new Set<string>();
        const refused = new Set<string>();
        for (const one of actions) {
          const before = sent.length;
          if (one === "add") line.add(message(++made));
          if (one === "open") line.opened(3);
          if (one === "close") line.closed();
          const newest = sent.at(-1);
          if (one === "hold" && newest !== undefined) {
            refused.add(newest);
            line.hold(newest);
          }
          if (one === "release") line.release();
          const oldest = sent.find((id) => !settled.has(id));
          if (one === "ack" && oldest !== undefined) line.acked(oldest);
          if (one === "settle" && oldest !== undefined) {
            settled.add(oldest);
            line.settled(oldest);
          }
          const burst = sent.slice(before);
          expect(burst).toEqual([...burst].sort());
          expect(burst.filter((id) => settled.has(id) && !refused.has(id))).toEqual([]);
        }
        // First appearances are in the order of writing.
        expect([...new Set(sent)]).toEqual([...new Set(sent)].sort());
      }),
    );
  });
});
