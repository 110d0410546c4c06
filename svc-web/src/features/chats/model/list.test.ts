import { describe, expect, it } from "vitest";
import { filterChats, foldEvent, foldMark, foldRead, keepNewer } from "@/features/chats/model/list";
import type { ChatView, EventRecord } from "@/shared/contracts/generated";
import { said } from "@/shared/lib/said";

function chat(id: string, rest: Partial<ChatView> = {}): ChatView {
  return {
    chat: id,
    kind: "group",
    name: id,
    partner: null,
    epoch: 1,
    head: 1,
    n: 0,
    unread: 0,
    read_seq: 1,
    role: "member",
    spans: [],
    members: [],
    member_count: 0,
    last: null,
    tagline: "",
    history: "from_join",
    dismissed: false,
    own: null,
    mentioned: 0,
    retention: null,
    workspace_retention: "forever",
    first_seq: 1,
    picture: null,
    delivered_seq: 0,
    ...rest,
  };
}

const NOBODY: ReadonlySet<string> = new Set();

function message(id: string, seq: number, by = "anna"): EventRecord {
  const event = said("hi");
  return { stream: `c:${id}`, epoch: 1, seq, n: seq - 1, at: seq, id: `m${seq}`, by, event };
}

describe("the list of chats", () => {
  it("counts who calls the reader by name, unless the reader blocked them", () => {
    const event = { ...said("@me"), mentions: [{ person: "me", name: "me" }] };
    const record = { ...message("a", 2), event };
    expect(foldEvent([chat("a")], record, "me", NOBODY)?.[0]?.mentioned).toBe(1);
    const quiet = foldEvent([chat("a")], record, "me", new Set(["anna"]));
    expect(quiet?.[0]).toMatchObject({ unread: 1, mentioned: 0 });
  });

  it("moves the chat of a new message to the top and counts it as unread", () => {
    const folded = foldEvent([chat("a"), chat("b")], message("b", 2), "me", NOBODY);
    expect(folded?.[0]).toMatchObject({ chat: "b", head: 2, unread: 1 });
  });

  it("does not count own messages, and nothing twice", () => {
    const own = foldEvent([chat("a")], message("a", 2, "me"), "me", NOBODY) ?? [];
    expect(own[0]?.unread).toBe(0);
    expect(foldEvent(own, message("a", 2, "anna"), "me", NOBODY)?.[0]?.unread).toBe(0);
  });

  it("counts what a program said by a webhook of one's own", () => {
    const record = { ...message("a", 2, "me"), event: { ...said("red"), hook: "Build" } };
    expect(foldEvent([chat("a")], record, "me", NOBODY)?.[0]?.unread).toBe(1);
  });

  it("is read again when a block changes what one is to the other", () => {
    const event = { tag: "chat.blocked" as const, hidden: true };
    expect(foldEvent([chat("a")], { ...message("a", 2, "me"), event }, "me", NOBODY)).toBeNull();
  });

  it("shows a new name, and keeps it when the server's answer is older", () => {
    const event = { tag: "chat.renamed" as const, name: "Tea" };
    const renamed = foldEvent([chat("a")], { ...message("a", 2), n: 0, event }, "me", NOBODY) ?? [];
    expect(renamed[0]).toMatchObject({ name: "Tea", head: 2, unread: 0 });
    expect(keepNewer([chat("a")], renamed)[0]?.name).toBe("Tea");
  });

  it("shows what a group settles about itself, also when the server's answer is older", () => {
    const about = { tag: "chat.tagline_changed" as const, tagline: "At noon" };
    const over = { tag: "chat.dismissed" as const };
    const said =
      foldEvent([chat("a")], { ...message("a", 2), n: 0, event: about }, "me", NOBODY) ?? [];
    const ended = foldEvent(said, { ...message("a", 3), n: 0, event: over }, "me", NOBODY) ?? [];
    const wanted = { tagline: "At noon", dismissed: true, head: 3, unread: 0 };
    expect(ended[0]).toMatchObject(wanted);
    expect(keepNewer([chat("a")], ended)[0]).toMatchObject(wanted);
  });

  it("asks to be read again when the other one's account was deleted", () => {
    const over = { ...message("a", 2), n: 0, event: { tag: "chat.dismissed" as const } };
    expect(foldEvent([chat("a", { kind: "private", name: null })], over, "me", NOBODY)).toBeNull();
  });

  it("asks to be read again for a chat it does not know, or when members change", () => {
    expect(foldEvent([chat("a")], message("x", 2), "me", NOBODY)).toBeNull();
    const left: EventRecord = {
      ...message("a", 2),
      event: { tag: "member.removed", person: "bo", promoted: null },
    };
    expect(foldEvent([chat("a")], left, "me", NOBODY)).toBeNull();
  });

  it("keeps what the socket knew before the answer came", () => {
    const known = foldEvent([chat("a")], message("a", 2), "me", NOBODY) ?? [];
    expect(keepNewer([chat("a")], known)[0]).toMatchObject({ head: 2, unread: 1 });
  });

  it("takes a read mark that is not older", () => {
    expect(foldRead([chat("a", { unread: 4 })], "a", 9, 0)[0]).toMatchObject({ unread: 0 });
    expect(foldRead([chat("a", { unread: 4, read_seq: 10 })], "a", 9, 0)[0]?.unread).toBe(4);
  });

  it("takes over what another device read, and leaves what came after it", () => {
    const list = [chat("a", { head: 6, n: 5, unread: 4 })];
    expect(foldMark(list, "a", 4, 3)?.[0]).toMatchObject({ read_seq: 4, unread: 2 });
    expect(foldMark(list, "a", 6, 5)?.[0]).toMatchObject({ read_seq: 6, unread: 0 });
    const further = foldMark(list, "a", 6, 5) ?? [];
    expect(foldMark(further, "a", 4, 3)?.[0]).toMatchObject({ read_seq: 6, unread: 0 });
    expect(foldMark(list, "b", 4, 3)).toEqual(list);
  });

  it("knows without a count that nothing is unread at the end, and else asks", () => {
    const list = [chat("a", { head: 6, n: 5, unread: 4 })];
    expect(foldMark(list, "a", 6, null)?.[0]).toMatchObject({ read_seq: 6, unread: 0 });
    expect(foldMark(list, "a", 5, null)).toBeNull();
    expect(foldMark(list, "a", 0, null)).toEqual(list);
  });

  it("does not count a message that another device read before it came here", () => {
    const marked = foldMark([chat("a")], "a", 2, 1) ?? [];
    expect(foldEvent(marked, message("a", 2), "me", NOBODY)?.[0]).toMatchObject({
      head: 2,
      unread: 0,
    });
    expect(foldEvent(marked, message("a", 3), "me", NOBODY)?.[0]?.unread).toBe(1);
  });

  it("is filtered by name, in any case", () => {
    expect(filterChats([chat("Design"), chat("Sales")], " des")).toHaveLength(1);
  });
});
