import { describe, expect, it } from "vitest";
import {
  foldOwn,
  isArchived,
  loudUnread,
  ownProblem,
  pinnedFirst,
  tomorrowMorning,
} from "@/features/chats/model/own";
import type { ChatView, OwnChatView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";

const NOW = 1_000_000;

function own(rest: Partial<OwnChatView>): OwnChatView {
  return {
    chat: "a",
    version: 1,
    muted_until: 0,
    archived_n: null,
    marked_unread: false,
    pinned_at: null,
    draft: null,
    draft_ended: 0,
    ...rest,
  };
}

function chat(kept: Partial<OwnChatView> | null, rest: Partial<ChatView> = {}): ChatView {
  return {
    chat: "a",
    kind: "group",
    name: "a",
    partner: null,
    epoch: 1,
    head: 4,
    n: 3,
    unread: 2,
    read_seq: 1,
    role: "member",
    spans: [],
    members: [],
    member_count: 0,
    last: null,
    tagline: "",
    history: "from_join",
    dismissed: false,
    own: kept === null ? null : own(kept),
    mentioned: 0,
    retention: null,
    workspace_retention: "forever",
    first_seq: 1,
    picture: null,
    delivered_seq: 0,
    ...rest,
  };
}

describe("what one keeps about a chat", () => {
  it("lets a new message bring an archived chat back, unless it is muted", () => {
    expect(isArchived(chat(null), NOW)).toBe(false);
    expect(isArchived(chat({ archived_n: 3 }), NOW)).toBe(true);
    expect(isArchived(chat({ archived_n: 2 }), NOW)).toBe(false);
    expect(isArchived(chat({ archived_n: 2, muted_until: NOW + 1 }), NOW)).toBe(true);
    expect(isArchived(chat({ archived_n: 2, muted_until: NOW }), NOW)).toBe(false);
  });

  it("counts only one's name in a muted or archived chat", () => {
    expect(loudUnread(chat(null), NOW)).toBe(2);
    expect(loudUnread(chat({ muted_until: NOW + 1 }), NOW)).toBe(0);
    expect(loudUnread(chat({ muted_until: NOW + 1 }, { mentioned: 1 }), NOW)).toBe(1);
    expect(loudUnread(chat({ archived_n: 3 }), NOW)).toBe(0);
    expect(loudUnread(chat({ muted_until: NOW }), NOW)).toBe(2);
  });

  it("puts the newest pin on top and leaves the rest in order", () => {
    const named = (name: string, pinned_at: number | null): ChatView =>
      chat({ pinned_at }, { chat: name });
    const order = pinnedFirst([named("x", null), named("y", 5), named("z", null), named("w", 9)]);
    expect(order.map((one) => one.chat)).toEqual(["w", "y", "x", "z"]);
  });

  it("keeps the newer of two answers", () => {
    const known = [chat({ version: 3, marked_unread: true })];
    expect(foldOwn(known, own({ version: 2 }))[0]?.own?.marked_unread).toBe(true);
    expect(foldOwn(known, own({ version: 4 }))[0]?.own?.marked_unread).toBe(false);
  });

  it("says why a change was not made", () => {
    const refused = new RestError("validation");
    const pin = { chat: "a", change: { pinned: true } };
    expect(ownProblem(pin, refused)).toBe("You have pinned 20 chats already. Unpin one first.");
    expect(ownProblem(pin, new RestError("offline"))).toContain(
      "Not done. Nexync can't be reached.",
    );
    expect(ownProblem({ chat: "a", change: { pinned: false } }, refused)).toContain("Not done.");
  });

  it("means the next day's morning by the reader's clock", () => {
    const late = new Date(2026, 2, 31, 23, 30).getTime();
    expect(tomorrowMorning(late)).toBe(new Date(2026, 3, 1, 8).getTime());
  });
});
