import type { PersonView, ProfileView } from "../src/shared/contracts/generated";

/** The people of the pictures, and what they say of themselves. */

export const uuid = (kind: string, number: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const ME = uuid("a", 0);

const NAMES = [
  "Mara Lindqvist",
  "Jonas Weber",
  "Aiko Tanaka",
  "Priya Raman",
  "Tomás Herrera",
  "Lea Fontaine",
  "Sam Okafor",
  "Nina Petrova",
];

export const people: PersonView[] = NAMES.map((name, index) => ({
  person: uuid("b", index),
  username:
    name
      .toLowerCase()
      .split(" ")[0]
      ?.normalize("NFD")
      .replace(/[^a-z]/g, "") ?? "x",
  name,
  relation: index === 6 ? "asking" : index === 7 ? "asked" : "connected",
  mutual: 0,
  askable: true,
  bot: false,
  picture: null,
}));

export const GROUP = uuid("c", 9);
export const PERSON = uuid("b", 1);

const OWN = {
  person: ME,
  username: "elin",
  name: "Elin Dahl",
  bio: "Product at Nordhamn.\nMostly on trains, always with a map.",
};

/** What one says and allows; a change is what is sent. */
export function ofMine(path: string, sent: unknown): object | null {
  const changes = typeof sent === "object" ? sent : {};
  if (path === "/api/me/profile") return { ...OWN, ...changes };
  if (path === "/api/me/privacy") {
    return {
      findable: "second_degree",
      askable: "everyone",
      presence: "connections",
      receipts: "everyone",
      ...changes,
    };
  }
  if (path !== "/api/blocks") return null;
  const blocked = { name: "Otto Falk", username: "otto", relation: "blocked" };
  return { people: [{ ...people[0], ...blocked, person: uuid("b", 30) }], next: null };
}

export function profileOf(person: PersonView): ProfileView {
  const connected = person.relation === "connected";
  return {
    person: { ...person, mutual: connected ? 3 : 0 },
    bio: connected ? "Designs what you tap on. 🎈\nWrites down what nobody else does." : "",
    connections: connected ? 48 : 1,
    acquaintances: connected ? people.filter((one) => one !== person).slice(0, 3) : [],
    groups: connected ? [{ chat: GROUP, name: "Design" }] : [],
    group_count: connected ? 1 : 0,
  };
}
