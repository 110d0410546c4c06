import { describe, expect, it } from "vitest";
import { fieldsOf, passwordWords, signUpForm, usernameRule } from "@/features/account/model/forms";

describe("the rules of a username", () => {
  it.each([
    ["ab", "At least 3 characters, 1 to go."],
    ["Ada", "“A” can't be used: only a–z, 0–9 and . _ -"],
    ["ada l", "Spaces can't be used. Take . _ or - instead."],
    ["-ada", "Begin with a letter or a digit."],
    ["ada.", "End with a letter or a digit."],
    ["a".repeat(33), "At most 32 characters, 1 too many."],
    ["ада", "“а” can't be used: only a–z, 0–9 and . _ -"],
  ])("%s: %s", (username, words) => {
    expect(usernameRule(username)).toBe(words);
  });

  it.each([
    "ada",
    "a-b_c.d",
    "a".repeat(32),
    "007",
    "Ada",
    "a b",
    "",
    "ä",
    "a.",
    ".a",
    "a".repeat(33),
  ])("say of %j what the contract says", (username) => {
    const kept = signUpForm.shape.username.safeParse(username).success;
    expect(usernameRule(username) === null).toBe(kept);
  });
});

describe("what the server found", () => {
  it("is told by field and kind, and words follow", () => {
    const issues = [
      { path: ["body", "password"], code: "password_common", message: "" },
      { path: ["header", "x"], code: "other", message: "" },
    ];
    expect(fieldsOf(issues)).toEqual([{ field: "password", kind: "password_common" }]);
    expect(passwordWords("password_common")).toContain("Many people");
    expect(passwordWords("too_small")).toBe("8 to 128 characters.");
  });
});
