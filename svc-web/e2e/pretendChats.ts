import type {
  ChatView,
  EventRecord,
  HookView,
  InviteView,
  OwnChatView,
  PersonView,
  ScheduledView,
} from "../src/shared/contracts/generated";
import { MINUTE, NOW, ok, problem, type Answer, type Asked, type Pretence } from "./pretence";
import { GROUP, ME, people, PRIVATE, uuid } from "./pretendPeople";
import { file, photo } from "./pretendFiles";
import { record, talkOf } from "./pretendTalk";

/** The list of chats, and what is set up in one of them. */

function chatView(number: number, rest: Partial<ChatView>, last: EventRecord): ChatView {
  return {
    chat: uuid("c", number),
    kind: "private",
    name: null,
    partner: null,
    epoch: 1,
    head: last.seq,
    n: last.n,
    unread: 0,
    read_seq: last.seq,
    role: "member",
    spans: [{ from_seq: 1, until_seq: null }],
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
    members: [],
    member_count: 2,
    last,
    ...rest,
  };
}

const member = (person: PersonView) => ({ ...person, role: "member" as const });
const mine = {
  person: ME,
  username: "elin",
  name: "Elin Dahl",
  role: "admin" as const,
  bot: false,
  picture: null,
  deleted: false,
};

function busyChats(): ChatView[] {
  const lines: [number, string, number][] = [
    [1, "The icons are in. Have a look when you have a minute.", 26],
    [2, "Tomorrow at nine, then?", 75],
    [3, "Thank you, that helps a lot.", 190],
    [4, "Can you send me the report from last week?", 1500],
    [5, "See you on Monday.", 3100],
  ];
  const first = talkOf(uuid("c", 0), [people[0]?.person ?? ""]);
  const last = first.at(-1) as EventRecord;
  const chats = [chatView(0, { partner: people[0] ?? null, members: [mine] }, last)];
  const group = talkOf(
    uuid("c", 9),
    people.slice(1, 4).map((one) => one.person),
  );
  chats.push(
    chatView(
      9,
      {
        kind: "group",
        name: "Design",
        role: "admin",
        members: [mine, ...people.slice(1, 4).map(member)],
        member_count: 4,
        unread: 3,
      },
      { ...(group.at(-2) as EventRecord), at: NOW - 9 * MINUTE },
    ),
  );
  for (const [number, body, ago] of lines) {
    const partner = people[number] as PersonView;
    const at = NOW - ago * MINUTE;
    const line = record(uuid("c", number), 4, number % 2 ? partner.person : ME, at, body);
    chats.push(chatView(number, { partner, unread: number === 1 ? 1 : 0 }, line));
  }
  return chats;
}

/** One of each state that a chat can have for oneself. */
function keepOwn(chats: ChatView[]): void {
  const keep = (index: number, kept: Partial<OwnChatView>, rest: Partial<ChatView> = {}): void => {
    const chat = chats[index];
    if (chat === undefined) return;
    const own = {
      chat: chat.chat,
      version: 1,
      muted_until: 0,
      archived_n: null,
      marked_unread: false,
      pinned_at: null,
      draft: null,
      draft_ended: 0,
      ...kept,
    };
    chats[index] = { ...chat, own, ...rest };
  };
  const muted_until = Number.MAX_SAFE_INTEGER;
  const draft = {
    text: "Nine works for me. Shall I book the",
    reply_to: null,
    began: NOW - MINUTE,
    at: NOW,
  };
  keep(0, { pinned_at: NOW });
  keep(1, { muted_until }, { unread: 12, mentioned: 0 });
  keep(2, { muted_until, pinned_at: NOW - MINUTE }, { unread: 4, mentioned: 1 });
  keep(3, { draft });
  keep(4, { marked_unread: true });
  keep(5, { archived_n: 100 });
  keep(6, { archived_n: 100, muted_until }, { unread: 7 });
}

export function chatsOf(how: Pretence): ChatView[] {
  const chats = how.account === "busy" ? busyChats() : [];
  if (how.own === "kept") keepOwn(chats);
  const [first] = chats;
  if (how.blocked === "two" && first?.partner) {
    first.partner = { ...first.partner, relation: "blocked" };
  }
  if (how.partner === "deleted" && first?.partner) {
    const name = "Deleted account";
    const username = "deleted-0191f3a45b6c7d8e8f901234";
    first.partner = { ...first.partner, name, username, relation: "none", deleted: true };
    first.dismissed = true;
  }
  return chats;
}

/** In the private chat the other one made one of them. */
function hooksOf(group: boolean): HookView[] {
  return ["Build", "Support inbox"].map((name, index) => ({
    hook: uuid("9", index),
    name,
    by: group || index === 0 ? ME : (people[0]?.person ?? ME),
    made_at: NOW - (index + 1) * 9_000 * MINUTE,
  }));
}

const INVITES: InviteView[] = [
  { expires_at: NOW + 4_320 * MINUTE, uses_left: 7 },
  { expires_at: null, uses_left: null },
].map((one, index) => ({ invite: uuid("7", index), ...one }));

function scheduledIn(chat: string): ScheduledView[] {
  const one = { chat, reply_to: null, attachments: [] };
  return [
    {
      ...one,
      scheduled: uuid("8", 1),
      at: NOW - 30 * MINUTE,
      body: "Is the room still free at two?",
      problem: "not_a_member",
    },
    {
      ...one,
      scheduled: uuid("8", 2),
      at: NOW + 1_135 * MINUTE,
      body: "Good morning. The numbers of last week are in, and the drop-off at the code step is gone for good.",
      attachments: [
        photo(0, "sign-ups, week 44.png", 1600, 1000),
        file(20, "Numbers of the week before, with notes.pdf", 1_840_000),
      ],
      problem: null,
    },
  ];
}

export function answerChats({ path, method }: Asked, how: Pretence): Answer | null {
  if (path === "/api/chats") return ok({ chats: chatsOf(how), next: null });
  if (path.endsWith("/mine")) return problem(422, "validation");
  if (path.endsWith("/scheduled")) {
    return ok({ messages: how.scheduled === "two" ? scheduledIn(PRIVATE) : [] });
  }
  if (path.endsWith("/members")) {
    const group = chatsOf(how).find((one) => one.kind === "group");
    return ok({ members: group?.members ?? [], next: null });
  }
  if (path.endsWith("/invites")) return ok({ invites: INVITES });
  if (path.endsWith("/hooks")) {
    if (method === "POST") return ok({ chat: GROUP, hook: uuid("9", 2), seq: 20 }, 201);
    return ok({ hooks: how.hooks === "two" ? hooksOf(path.includes(GROUP)) : [] });
  }
  return null;
}
