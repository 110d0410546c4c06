/** The pages for administrators. */
export type AdminPage = "people" | "invitations" | "reports" | "log";

/** Where one is, from the path. Everything unknown is the list of chats. */
export type Place =
  /** `problem` and `second` come with the way back from a provider: what went wrong, or that a code must follow. */
  | { kind: "login"; changed: boolean; problem: string | null; second: boolean }
  | { kind: "forgot" }
  | { kind: "reset"; token: string }
  /** `fragment` may be an invitation. */
  | { kind: "signup"; fragment: string }
  | { kind: "verify"; email: string }
  | { kind: "chats" }
  /** `message` is the seq of the message to show. */
  | { kind: "chat"; chat: string; message: number | null }
  | { kind: "people" }
  | { kind: "join"; fragment: string }
  | { kind: "settings" }
  /** `linked` and `problem` come with the way back from a provider. */
  | { kind: "security"; linked: string | null; problem: string | null }
  | { kind: "profile" }
  | { kind: "privacy" }
  | { kind: "bots" }
  | { kind: "notifications" }
  | { kind: "admin"; page: AdminPage }
  | { kind: "data" }
  | { kind: "account" };

const PERSON = /^[0-9a-f-]{36}$/;

/** Whose page is shown over the place; null for nobody’s. */
export function whoOf(location: URL | null): string | null {
  const person = location?.searchParams.get("who") ?? "";
  return PERSON.test(person) ? person : null;
}

const DOORS = ["login", "signup", "verify", "forgot", "reset"] as const;
const SETTINGS = [
  "settings",
  "security",
  "profile",
  "privacy",
  "bots",
  "notifications",
  "admin",
  "data",
  "account",
] as const;

/** A page for who isn't in yet. */
export type DoorKind = Extract<Place, { kind: (typeof DOORS)[number] }>;

export type SettingsKind = Extract<Place, { kind: (typeof SETTINGS)[number] }>;

export function isDoor(place: Place): place is DoorKind {
  return DOORS.some((kind) => kind === place.kind);
}

/** Whether it is one of the pages of settings. */
export function inSettings(place: Place): place is SettingsKind {
  return SETTINGS.some((kind) => kind === place.kind);
}

const CHAT = /^\/c\/([0-9a-f-]{36})\/?$/;

const SEQ = /^[1-9][0-9]{0,14}$/;

export function placeOf(location: URL): Place {
  const path = location.pathname;
  const chat = CHAT.exec(path)?.[1];
  if (chat !== undefined) {
    const message = location.searchParams.get("m") ?? "";
    return { kind: "chat", chat, message: SEQ.test(message) ? Number(message) : null };
  }
  switch (path.replace(/\/+$/, "")) {
    case "/login":
      return {
        kind: "login",
        changed: location.searchParams.has("changed"),
        problem: location.searchParams.get("problem"),
        second: location.searchParams.get("step") === "code",
      };
    case "/forgot":
      return { kind: "forgot" };
    case "/reset":
      return { kind: "reset", token: location.hash.slice(1) };
    case "/signup":
      return { kind: "signup", fragment: location.hash };
    case "/verify":
      return { kind: "verify", email: location.searchParams.get("email") ?? "" };
    case "/join":
      return { kind: "join", fragment: location.hash };
    case "/people":
      return { kind: "people" };
    case "/settings":
      return { kind: "settings" };
    case "/settings/profile":
      return { kind: "profile" };
    case "/settings/privacy":
      return { kind: "privacy" };
    case "/settings/bots":
      return { kind: "bots" };
    case "/settings/notifications":
      return { kind: "notifications" };
    case "/settings/data":
      return { kind: "data" };
    case "/settings/account":
      return { kind: "account" };
    case "/admin":
      return { kind: "admin", page: "people" };
    case "/admin/invitations":
      return { kind: "admin", page: "invitations" };
    case "/admin/reports":
      return { kind: "admin", page: "reports" };
    case "/admin/log":
      return { kind: "admin", page: "log" };
    case "/settings/security":
      return {
        kind: "security",
        linked: location.searchParams.get("linked"),
        problem: location.searchParams.get("problem"),
      };
    default:
      return { kind: "chats" };
  }
}
