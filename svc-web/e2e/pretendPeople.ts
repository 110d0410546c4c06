import type { PersonView, ProfileView } from "../src/shared/contracts/generated";
import { NOW, ok, type Answer, type Asked, type Pretence } from "./pretence";

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
  deleted: false,
}));

export const PRIVATE = uuid("c", 0);
export const GROUP = uuid("c", 9);
export const PERSON = uuid("b", 1);

const OWN = {
  person: ME,
  username: "elin",
  name: "Elin Dahl",
  bio: "Product at Nordhamn.\nMostly on trains, always with a map.",
};

const PRIVACY = {
  findable: "second_degree",
  askable: "everyone",
  presence: "connections",
  receipts: "everyone",
};

function profileOf(person: PersonView): ProfileView {
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

/** Who may be suggested: nobody to a new account. */
function suggested(how: Pretence): object[] {
  const known = how.account === "busy" ? [people[2], people[4]] : [];
  return known.map((one, at) => ({
    ...one,
    person: uuid("b", 20 + at),
    name: at ? "Yara Haddad" : "Felix Brandt",
    username: at ? "yara" : "felix",
    relation: "none",
    mutual: at ? 0 : 3,
  }));
}

function blockedBy(how: Pretence): object[] {
  if (how.blocked === "two") {
    return people.slice(0, 2).map((one) => ({ ...one, relation: "blocked" }));
  }
  const blocked = { name: "Otto Falk", username: "otto", relation: "blocked" };
  return [{ ...people[0], ...blocked, person: uuid("b", 30) }];
}

export function answerPeople({ path, sent }: Asked, how: Pretence): Answer | null {
  const page = (rows: object[]): Answer => ok({ people: rows, next: null });
  /** A change is answered by what was sent. */
  const changed = (kept: object): Answer => {
    const changes = sent();
    return ok({ ...kept, ...(typeof changes === "object" ? changes : {}) });
  };
  switch (path) {
    case "/api/connections":
      return page(how.account === "busy" ? people : []);
    case "/api/people":
      return page(
        people.slice(0, 3).map((one, at) => ({ ...one, relation: at ? "none" : "asked" })),
      );
    case "/api/people/suggestions":
      return page(suggested(how));
    case "/api/blocks":
      return page(blockedBy(how));
    case "/api/me/profile":
      return changed(OWN);
    case "/api/me/privacy":
      return changed(PRIVACY);
  }
  const [, id, what] = /^\/api\/people\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (what === "presence") return ok({ person: people[0]?.person, online: true, seen_at: NOW });
  const person = people.find((one) => one.person === id);
  if (person === undefined) return null;
  if (what === "profile") return ok(profileOf(person));
  return what === undefined ? ok(person) : null;
}
