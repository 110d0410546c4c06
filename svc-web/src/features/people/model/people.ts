import type { PersonView } from "@/shared/contracts/generated";

export type Relation = "self" | "none" | "asked" | "asking" | "connected" | "blocked";

/** What the viewer and the person are to each other; an unknown word of a newer server is `none`. */
export function relationOf(person: PersonView): Relation {
  switch (person.relation) {
    case "self":
    case "asked":
    case "asking":
    case "connected":
    case "blocked":
      return person.relation;
    default:
      return "none";
  }
}

export type Circle = { asking: PersonView[]; connected: PersonView[]; asked: PersonView[] };

/** Who waits for an answer first, then friends by name, then who has not answered. */
export function circleOf(people: readonly PersonView[]): Circle {
  const sorted = [...people].sort((a, b) => a.name.localeCompare(b.name));
  const of = (relation: Relation): PersonView[] =>
    sorted.filter((person) => relationOf(person) === relation);
  return { asking: of("asking"), connected: of("connected"), asked: of("asked") };
}
