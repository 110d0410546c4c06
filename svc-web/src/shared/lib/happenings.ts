import type { Event } from "@/shared/contracts/generated";
import { keptWords } from "@/shared/lib/retention";

/** What a change of a chat says, with the names put in; null for what isn't one. `group` is what it happened to. */
export function groupSentence(
  event: Event,
  by: string,
  who: string,
  whom: (person: string) => string,
  group = true,
): string | null {
  switch (event.tag) {
    case "member.added":
      if (event.person !== by) return `${who} added ${whom(event.person)}`;
      return event.invite === null ? `${who} joined` : `${who} joined by a link`;
    case "member.removed": {
      const gone = event.person === by ? `${who} left` : `${who} removed ${whom(event.person)}`;
      return event.promoted === null
        ? gone
        : `${gone}. The group’s admin is now ${whom(event.promoted)}`;
    }
    case "member.role_changed":
      return event.role === "admin"
        ? `${who} made ${whom(event.person)} an admin`
        : `${who} took the role of admin from ${whom(event.person)}`;
    case "chat.renamed":
      return `${who} named the group “${event.name}”`;
    case "chat.tagline_changed":
      return event.tagline === ""
        ? `${who} removed the group’s tagline`
        : `${who} set the tagline “${event.tagline}”`;
    case "chat.picture_changed":
      return event.picture === null
        ? `${who} removed the group’s picture`
        : `${who} changed the group’s picture`;
    case "chat.history_changed":
      return event.history === "all"
        ? `${who} opened earlier messages to new members`
        : `${who} closed earlier messages to new members`;
    case "chat.retention_changed":
      return `${who} chose that new messages are kept ${keptWords(event.retention)}`;
    case "chat.dismissed":
      return group ? `${who} ended this group` : "This account was deleted";
    case "invite.made":
      return `${who} made an invite link`;
    case "invite.revoked":
      return `${who} revoked an invite link`;
    case "hook.made":
      return `${who} made the webhook “${event.name}”`;
    case "hook.revoked":
      return `${who} revoked a webhook`;
    case "hooks.ended":
      return "The webhooks of this chat ended";
    case "message.pinned":
      return `${who} pinned a message`;
    case "message.unpinned":
      return `${who} unpinned a message`;
    case "chat.blocked":
      return `${who} blocked this person`;
    case "chat.unblocked":
      return `${who} unblocked this person`;
    case "chat.created":
    case "chat.joined":
    case "chat.left":
    case "connection.changed":
    case "person.erased":
    case "message.created":
    case "message.edited":
    case "message.deleted":
    case "message.reacted":
      return null;
  }
}
