import { describe, expect, it } from "vitest";
import { nameBefore, resolved } from "@/features/conversation/model/mentions";

const PEOPLE = [
  { person: "p1", username: "ann", name: "Ann", bot: false },
  { person: "p2", username: "bob.b", name: "Bob", bot: true },
];

describe("mentions", () => {
  it("resolve names to people, each once", () => {
    expect(resolved("@ann, @bob.b. and @ann or x@ann @eve", PEOPLE, false)).toEqual({
      mentions: [
        { person: "p1", name: "ann" },
        { person: "p2", name: "bob.b" },
      ],
      all: false,
    });
  });

  it("mean all only where one may", () => {
    expect(resolved("@all", PEOPLE, true).all).toBe(true);
    expect(resolved("@all", PEOPLE, false).all).toBe(false);
  });

  it("are offered while a name is typed", () => {
    expect(nameBefore("hi @Bo", 6)).toEqual({ name: "bo", index: 3 });
    expect(nameBefore("hi @", 4)).toEqual({ name: "", index: 3 });
    expect(nameBefore("mail@bo", 7)).toBeNull();
    expect(nameBefore("@bo x", 5)).toBeNull();
  });
});
