import { describe, expect, it } from "vitest";
import {
  inGroups,
  isWhole,
  leftWords,
  recoveryFile,
  typedCode,
} from "@/features/account/model/factor";

describe("a code of the second step", () => {
  it("of the app keeps its digits alone, however it is pasted", () => {
    expect(typedCode("app", "123 456\n")).toBe("123456");
    expect(typedCode("app", "1234567")).toBe("123456");
    expect(isWhole("app", "12345")).toBe(false);
    expect(isWhole("app", "123456")).toBe(true);
  });

  it("for recovery stays as it is typed, and is whole with ten characters", () => {
    expect(typedCode("recovery", "K3M9P-W7XQ2")).toBe("K3M9P-W7XQ2");
    expect(isWhole("recovery", "k3m9p w7xq2")).toBe(true);
    expect(isWhole("recovery", "k3m9p-w7xq")).toBe(false);
  });
});

describe("what is shown once", () => {
  it("is easy to type", () => {
    expect(inGroups("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
  });

  it("is a file with every code on a line of its own", () => {
    const file = recoveryFile("elin", ["aaaaa-bbbbb", "ccccc-ddddd"], new Date(0));
    expect(file).toContain("@elin");
    expect(file).toContain("1970-01-01");
    expect(file.split("\n")).toContain("ccccc-ddddd");
  });

  it.each([
    [10, "10 recovery codes left."],
    [1, "Only 1 recovery code is left."],
    [0, "No recovery code is left. Make new ones."],
  ])("with %i left says: %s", (left, words) => {
    expect(leftWords(left)).toBe(words);
  });
});
