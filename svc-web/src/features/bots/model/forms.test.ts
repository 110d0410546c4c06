import fc from "fast-check";
import { expect, test } from "vitest";
import { botForm, botNameRule } from "@/features/bots/model/forms";

test("a rule is told exactly where the contract refuses", () => {
  const piece = fc.constantFrom("bot", "build", "-", ".", "_", "9", "B", " ", "é", "abcdefghijkl");
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const username = pieces.join("");
      const good = botForm.safeParse({ username, name: "" }).success;
      expect(botNameRule(username) === null, username).toBe(good);
    }),
  );
});

test("what a bot's name lacks is said", () => {
  expect(botNameRule("builder")).toContain("End with “bot”");
  expect(botNameRule("bot")).toBe("Put something before “bot”.");
  expect(botNameRule("build-bot")).toBeNull();
});
