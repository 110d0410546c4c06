import { describe, expect, it } from "vitest";
import { sizeWords } from "@/shared/lib/sizes";

describe("sizes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1_000, "1.0 kB"],
    [48_200, "48 kB"],
    [1_234_567, "1.2 MB"],
    [26_214_400, "26 MB"],
    [2_147_483_648, "2.1 GB"],
  ])("says %i bytes as %s", (size, words) => {
    expect(sizeWords(size)).toBe(words);
  });
});
