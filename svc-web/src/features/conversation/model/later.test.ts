import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromField, presets, toField, underWay } from "@/features/conversation/model/later";

const at = (text: string): number => new Date(text).getTime();

describe("times for later", () => {
  it("are an hour on, tomorrow at nine and Monday at nine", () => {
    // A Thursday.
    expect(presets(at("2026-07-30T14:05:00"))).toEqual([
      { words: "In one hour", at: at("2026-07-30T15:05:00") },
      { words: "Tomorrow morning", at: at("2026-07-31T09:00:00") },
      { words: "Monday morning", at: at("2026-08-03T09:00:00") },
    ]);
  });

  it("don't offer the same Monday twice, and on a Monday the next one", () => {
    const words = (now: string) => presets(at(now)).map((one) => one.words);
    expect(words("2026-08-02T10:00:00")).toEqual(["In one hour", "Tomorrow morning"]);
    expect(presets(at("2026-08-03T10:00:00")).at(-1)?.at).toBe(at("2026-08-10T09:00:00"));
  });

  it("are all ahead, and a field keeps them to the minute", () => {
    const moments = fc.integer({ min: at("2026-01-01T00:00:00"), max: at("2030-01-01T00:00:00") });
    fc.assert(
      fc.property(moments, (now) => {
        for (const one of presets(now)) expect(one.at).toBeGreaterThan(now);
        // Where a clock goes back an hour is there twice, and a field can name one of them alone.
        const again = fromField(toField(now)) ?? 0;
        expect([0, 3_600_000]).toContain(Math.abs(Math.floor(now / 60_000) * 60_000 - again));
      }),
    );
    expect(fromField("")).toBeNull();
  });
});

describe("messages for later", () => {
  it("are under way from their time on, unless they were refused", () => {
    expect(underWay([], 5)).toBe(false);
    expect(underWay([{ at: 6, problem: null }], 5)).toBe(false);
    expect(
      underWay(
        [
          { at: 6, problem: null },
          { at: 5, problem: null },
        ],
        5,
      ),
    ).toBe(true);
    expect(underWay([{ at: 5, problem: "not_a_member" }], 5)).toBe(false);
  });
});
