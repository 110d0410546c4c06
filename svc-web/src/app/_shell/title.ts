import { useEffect } from "react";
import type { Place } from "@/app/_shell/place";

const NAME = "Nexync";

/** What each place is called in the tab; null for the one that is named by its chat, or by nothing. */
const WORDS: Record<Place["kind"], string | null> = {
  login: "Log in",
  forgot: "Choose a new password",
  reset: "Choose a new password",
  signup: "Create an account",
  verify: "Confirm your address",
  chats: null,
  chat: null,
  people: "People",
  join: "Join a group",
  settings: "Settings",
  security: "Security",
  profile: "Profile",
  privacy: "Privacy",
  bots: "Bots",
  notifications: "Notifications",
  admin: "Administration",
  data: "Your data",
  account: "Account",
};

/** "(3) Ann – Nexync": the unread messages that make noise, then where one is. `chat` is the name of the open chat, if known. */
export function tabTitle(place: Place, chat: string | null, unread: number): string {
  const where = place.kind === "chat" ? chat : WORDS[place.kind];
  const title = where === null ? NAME : `${where} – ${NAME}`;
  return unread > 0 ? `(${unread}) ${title}` : title;
}

/** Names the tab while the caller is shown. */
export function useTabTitle(title: string): void {
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = NAME;
    };
  }, [title]);
}
