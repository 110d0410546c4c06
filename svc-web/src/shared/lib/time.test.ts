import { describe, expect, it } from "vitest";
import { clock, isoDay, startOf, upcoming } from "@/shared/lib/time";

describe("days of a date field", () => {
  it("begin at midnight of the reader's zone and come back the same", () => {
    for (const day of ["2026-03-01", "2024-02-29", "1999-12-31"]) {
      const start = startOf(day);
      expect(start).not.toBeNull();
      const then = new Date(start ?? 0);
      expect([then.getHours(), then.getMinutes()]).toEqual([0, 0]);
      expect(isoDay(start ?? 0)).toBe(day);
    }
  });

  it("are none for what is no day", () => {
    for (const text of ["", "soon", "2026-03", "1900-01-01"]) expect(startOf(text)).toBeNull();
  });
});

describe("when something is going to be", () => {
  const at = (year: number, month: number, day: number, hour: number): number =>
    new Date(year, month - 1, day, hour).getTime();
  const now = at(2026, 11, 29, 12);

  it("is the time alone today", () => {
    expect(upcoming(at(2026, 11, 29, 14), now)).toBe(clock(at(2026, 11, 29, 14)));
  });

  it("is short, with the day, and the year only where it is another one", () => {
    const monday = upcoming(at(2026, 11, 30, 9), now);
    expect(monday).toMatch(/Mon/);
    expect(monday).toContain(clock(at(2026, 11, 30, 9)));
    expect(monday).not.toContain("2026");
    expect(monday.length).toBeLessThan(24);
    expect(upcoming(at(2027, 1, 4, 9), now)).toContain("2027");
  });
});
