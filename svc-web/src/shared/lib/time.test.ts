import { describe, expect, it } from "vitest";
import { isoDay, startOf } from "@/shared/lib/time";

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
