import { describe, expect, it } from "vitest";
import { presenceWords } from "@/features/people/model/presence";
import { clock } from "@/shared/lib/time";

const NOW = new Date(2026, 10, 24, 15, 30).getTime();
const words = (minutes: number): string | null =>
  presenceWords({ person: "p", online: false, seen_at: NOW - minutes * 60_000 }, NOW);

describe("when somebody was here", () => {
  it("is said as precisely as it is of use", () => {
    expect(presenceWords({ person: "p", online: true, seen_at: NOW }, NOW)).toBe("online");
    expect(words(1)).toBe("last seen a moment ago");
    expect(words(5)).toBe("last seen 5 minutes ago");
    expect(words(120)).toBe(`last seen at ${clock(NOW - 120 * 60_000)}`);
    expect(words(24 * 60)).toBe(`last seen yesterday at ${clock(NOW)}`);
    const saturday = new Intl.DateTimeFormat(undefined, { weekday: "long" }).format(
      NOW - 3 * 86_400_000,
    );
    expect(words(3 * 24 * 60)).toBe(`last seen ${saturday}`);
  });

  it("is not said when it is not known", () => {
    expect(presenceWords({ person: "p", online: false, seen_at: null }, NOW)).toBeNull();
  });
});
