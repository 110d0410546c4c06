import { describe, expect, it } from "vitest";
import { sendable } from "@/features/conversation/model/body";

describe("sendable", () => {
  it("leaves what was typed as it is", () => {
    expect(sendable("  two\n\tlines  ")).toBe("  two\n\tlines  ");
  });

  it("takes out what no wire carries", () => {
    expect(sendable("a\0b\ud800")).toBe("ab\ufffd");
  });

  it("refuses nothing and too much, counted in bytes", () => {
    expect(sendable(" \n ")).toBeNull();
    expect(sendable("é".repeat(4096))).not.toBeNull();
    expect(sendable("é".repeat(4097))).toBeNull();
  });
});
