import { describe, expect, it } from "vitest";
import { circleOf, relationOf } from "@/features/people/model/people";
import type { PersonView } from "@/shared/contracts/generated";

const person = (name: string, relation: string): PersonView => ({
  person: name,
  username: name.toLowerCase(),
  name,
  relation,
  mutual: 0,
  askable: true,
  bot: false,
  deleted: false,
  picture: null,
});

describe("people", () => {
  it.each(["self", "none", "asked", "asking", "connected", "blocked"])("may be %s", (relation) => {
    expect(relationOf(person("Mara", relation))).toBe(relation);
  });

  it("are nothing to each other in a word of a newer server", () => {
    expect(relationOf(person("Mara", "colleague"))).toBe("none");
  });

  it("are grouped by relation, by name within, and the blocked are in no group", () => {
    const people = [
      person("Yara", "connected"),
      person("Mara", "connected"),
      person("Otto", "blocked"),
      person("Sam", "asking"),
      person("Nina", "asked"),
    ];
    const circle = circleOf(people);
    const names = (group: PersonView[]): string[] => group.map((one) => one.name);
    expect(names(circle.connected)).toEqual(["Mara", "Yara"]);
    expect(names(circle.asking)).toEqual(["Sam"]);
    expect(names(circle.asked)).toEqual(["Nina"]);
  });
});
