import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uuid7Maker, uuid7Time } from "@/shared/lib/uuid7";

describe("uuid7Maker", () => {
  it("makes canonical version 7 with the given time", () => {
    const id = uuid7Maker(() => 1_700_000_000_123)();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid7Time(id)).toBe(1_700_000_000_123);
  });

  it("only grows, also when the clock stands or steps back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 2 }), (clock) => {
        let at = 0;
        const next = uuid7Maker(() => clock[at++] ?? 1);
        const ids = clock.map(() => next());
        expect(ids).toEqual([...ids].sort());
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it("goes on into the next millisecond after 4,096 ids in one", () => {
    const next = uuid7Maker(() => 5);
    const ids = Array.from({ length: 5_000 }, () => next());
    expect(ids).toEqual([...ids].sort());
  });
});
