import type {
  EventRecord,
  MessageCreated,
  PinsView,
  ReceiptsView,
  SeenView,
  TimelinePage,
} from "../src/shared/contracts/generated";
import { said } from "../src/shared/lib/said";
import { MINUTE, NOW, ok, type Answer, type Asked, type Pretence } from "./pretence";
import { withFiles } from "./pretendFiles";
import { GROUP, ME, people, uuid } from "./pretendPeople";

/** What was said in the chats, and what became of it. */

const TALK: [by: number, minutesAgo: number, body: string][] = [
  [0, 1520, "The new onboarding is live for the first ten teams."],
  [-1, 1516, "Great. I'll watch the numbers over the weekend."],
  [0, 320, "Good morning"],
  [0, 319, "Did you see the sign-up numbers? Up by a third since Tuesday."],
  [-1, 316, "Yes, and the drop-off at the code step is gone. The mail arrives in two seconds now."],
  [0, 312, "That was the outbox change, wasn't it?"],
  [-1, 311, "Exactly. One transaction, then the relay."],
  [
    -1,
    310,
    "I wrote it up so that we don't have to explain it again:\n\n1. the row and the mail commit together\n2. the relay takes rows in order\n3. a crash in between sends nothing twice",
  ],
  [0, 45, "Lovely, I'll link it from the handbook."],
  [0, 44, "Lunch at one?"],
  [-1, 40, "One is perfect 🥗"],
  [0, 6, "I'm downstairs, take your time."],
  [-1, 2, "On my way."],
];

export function record(
  chat: string,
  seq: number,
  by: string,
  at: number,
  body: string,
): EventRecord {
  return {
    stream: `c:${chat}`,
    epoch: 1,
    seq,
    n: seq,
    at,
    id: `${uuid("e", seq).slice(0, 24)}${chat.slice(-3)}${String(seq).padStart(9, "0")}`,
    by,
    event: said(body),
  };
}

export function talkOf(chat: string, others: string[]): EventRecord[] {
  const created: EventRecord = {
    ...record(chat, 1, others[0] ?? ME, NOW - 1530 * MINUTE, ""),
    n: 0,
    event: {
      tag: "chat.created",
      kind: others.length > 1 ? "group" : "private",
      name: others.length > 1 ? "Design" : null,
      members: [{ person: ME, role: "member" }],
      partition: 0,
    },
  };
  const messages = TALK.map(([by, ago, body], index) => {
    const other = others[index % others.length] ?? ME;
    return record(chat, index + 2, by < 0 ? ME : other, NOW - ago * MINUTE, body);
  });
  return [created, ...messages];
}

/** What became of the messages of the group: everything that a message can look like. */
function changedTalk(items: EventRecord[]): Pick<TimelinePage, "states" | "quotes"> {
  const say = (seq: number, event: Partial<MessageCreated>): void => {
    const item = items[seq - 1];
    if (item?.event.tag === "message.created") item.event = { ...item.event, ...event };
  };
  const anna = people[1]?.person ?? ME;
  const none = { edited_seq: null, edited_at: null, deleted: false, deleted_by: null };
  say(5, {
    body: "**Sign-ups** are up by a *third* since Tuesday, see https://example.org/figures",
    reply_to: 2,
  });
  say(6, { body: "" });
  say(10, {
    body: "@elin the `list` for Monday:\n\n- icons in both sizes\n- the empty states\n\n> nothing jumps",
    mentions: [{ person: ME, name: "elin" }],
  });
  say(9, { forwarded: true });
  say(12, { body: "Before we go:\n\n```\nmake check\nmake test\n```", reply_to: 10 });
  return {
    states: [
      { ...none, seq: 3, reactions: [{ emoji: "👍", count: 3, people: [ME, anna] }] },
      { ...none, seq: 5, edited_seq: 20, edited_at: NOW - 300 * MINUTE, reactions: [] },
      { ...none, seq: 6, deleted: true, deleted_by: anna, reactions: [] },
      {
        ...none,
        seq: 10,
        reactions: [
          { emoji: "🎉", count: 2, people: [ME, anna] },
          { emoji: "👀", count: 1, people: [anna] },
        ],
      },
    ],
    quotes: [],
  };
}

/** Everybody in the group has the talk and two have read it; in the private chat all of it was read. */
function receiptsOf(chat: string): ReceiptsView {
  const others = chat === GROUP ? people.slice(1, 4) : people.slice(0, 1);
  const members = others.map(({ person }, at) => ({
    person,
    since: 1,
    read: at < 2 ? 99 : 3,
    read_at: NOW - 4 * MINUTE,
    delivered: 99,
    delivered_at: NOW - 5 * MINUTE,
  }));
  return { chat, told: true, live: true, members };
}

function seenOf(seq: number): SeenView {
  const readers = people.slice(1, 3).map(({ person, username, name }, at) => ({
    person,
    username,
    name,
    at: NOW - (at * 190 + 4) * MINUTE,
    earlier: at > 0,
  }));
  return {
    chat: GROUP,
    seq,
    told: true,
    of: 3,
    delivered: 3,
    seen: 2,
    people: readers,
    next: null,
  };
}

/** Three pinned messages of the group, none elsewhere. */
function pinsOf(group: boolean): PinsView {
  const items = group
    ? talkOf(GROUP, [people[1]?.person ?? ME]).filter(({ seq }) => [3, 9, 11].includes(seq))
    : [];
  const by = people[2]?.person ?? ME;
  const pins = items.map(({ seq }) => ({ target: seq, seq: seq + 20, by, at: NOW }));
  return { chat: GROUP, as_of: 14, pins: pins.toReversed(), items };
}

/** In the private chat it speaks for who made it. */
function saidByHook(chat: string, seq: number): EventRecord {
  const body = "**web 2.41** is out: 14 changes, no problems since";
  const by = chat === GROUP ? uuid("9", 0) : ME;
  const { event, ...rest } = record(chat, seq, by, NOW - MINUTE, body);
  return { ...rest, event: { ...event, hook: "Build" } as EventRecord["event"] };
}

function versions(): Answer {
  const texts = ["**Sign-ups** are up by a *third* since Monday", "Sign-ups are up by a third"];
  const found = texts.map((body, at) => ({ seq: 20 - at, at: NOW - at * 300 * MINUTE, body }));
  return ok({ target: 5, versions: found.toReversed() });
}

function timeline(chat: string, how: Pretence): Answer {
  const group = chat === GROUP;
  const others = group ? people.slice(1, 4) : people.slice(0, 1);
  const talk = talkOf(
    chat,
    others.map((one) => one.person),
  );
  const items = how.files === undefined ? talk : withFiles(talk, how.files === "hard");
  if (how.hooks === "two") items.push(saidByHook(chat, items.length + 1));
  const more = group ? changedTalk(items) : { states: [], quotes: [] };
  const as_of = items.length;
  return ok({ chat, epoch: 1, as_of, items, before: null, after: null, ...more });
}

/** What is asked of one chat. */
export function answerTalk({ path, query }: Asked, how: Pretence): Answer | null {
  const [, chat = "", what = ""] = /^\/api\/chats\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  switch (what) {
    case "timeline":
      return timeline(chat, how);
    case "versions":
      return versions();
    case "pins":
      return ok(pinsOf(chat === GROUP));
    case "receipts":
      return ok(receiptsOf(chat));
    case "seen":
      return ok(seenOf(Number(query.get("target"))));
    default:
      return null;
  }
}
