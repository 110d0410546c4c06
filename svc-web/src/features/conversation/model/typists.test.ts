import { describe, expect, it } from "vitest";
import {
  lasting,
  stopped,
  typed,
  typingWords,
  type Typists,
} from "@/features/conversation/model/typists";
import { limits } from "@/shared/contracts/generated";

const by = (typists: Typists): string[] => typists.map((one) => one.by);

describe("who types", () => {
  it("counts for a while after the last word of it, and ends by itself", () => {
    let typists = typed(typed([], "anna", 0), "bo", 1_000);
    typists = typed(typists, "anna", 3_000);
    expect(by(typists)).toEqual(["anna", "bo"]);
    typists = lasting(typists, limits.typingShownMs + 1_000);
    expect(by(typists)).toEqual(["anna"]);
    expect(by(lasting(typists, limits.typingShownMs + 3_000))).toEqual([]);
  });

  it("ends with the message", () => {
    expect(by(stopped(typed(typed([], "anna", 0), "bo", 0), "anna"))).toEqual(["bo"]);
  });

  it("stays the same object while nothing changes, so that nothing is drawn again", () => {
    const typists = typed([], "anna", 0);
    expect(stopped(typists, "bo")).toBe(typists);
    expect(lasting(typists, 1)).toBe(typists);
  });

  it("is said in few words", () => {
    expect(typingWords([], true)).toBeNull();
    expect(typingWords(["Anna"], false)).toBe("typing…");
    expect(typingWords(["Anna"], true)).toBe("Anna is typing…");
    expect(typingWords(["Anna", "Bo"], true)).toBe("Anna and Bo are typing…");
    expect(typingWords(["Anna", "Bo", "Cy"], true)).toBe("3 people are typing…");
  });
});
