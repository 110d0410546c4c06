/** Where one is, from the path. Everything unknown is the list of chats. */
export type Place =
  | { kind: "login" }
  | { kind: "signup" }
  | { kind: "verify"; email: string }
  | { kind: "chats" }
  | { kind: "chat"; chat: string }
  | { kind: "people" }
  | { kind: "join"; fragment: string }
  | { kind: "settings" }
  | { kind: "security" };

const CHAT = /^\/c\/([0-9a-f-]{36})\/?$/;

export function placeOf(location: URL): Place {
  const path = location.pathname;
  const chat = CHAT.exec(path)?.[1];
  if (chat !== undefined) return { kind: "chat", chat };
  switch (path.replace(/\/+$/, "")) {
    case "/login":
      return { kind: "login" };
    case "/signup":
      return { kind: "signup" };
    case "/verify":
      return { kind: "verify", email: location.searchParams.get("email") ?? "" };
    case "/join":
      return { kind: "join", fragment: location.hash };
    case "/people":
      return { kind: "people" };
    case "/settings":
      return { kind: "settings" };
    case "/settings/security":
      return { kind: "security" };
    default:
      return { kind: "chats" };
  }
}
