import { describe, expect, it } from "vitest";
import { strengthOf } from "@/features/account/model/strength";

describe("the strength of a password", () => {
  it.each([
    ["password1", 0],
    ["qwertyuiop", 0],
    ["correct horse battery staple", 4],
  ])("%s is %i", async (password, strength) => {
    expect(await strengthOf(password, [])).toBe(strength);
  });

  it("falls when the password follows from the account", async () => {
    const password = "wolkenkuckuck.7";
    const about = ["wolkenkuckuck", "wolkenkuckuck@example.org"];
    expect(await strengthOf(password, about)).toBeLessThan(await strengthOf(password, []));
  });

  it("judges 128 characters in time", async () => {
    const began = performance.now();
    expect(await strengthOf("a1".repeat(64), [])).toBeLessThan(4);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
