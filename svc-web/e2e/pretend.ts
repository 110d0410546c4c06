import { entriesOf, invitationsOf, MADE_TOKEN, managedOf, reportsOf } from "./pretendAdmin";
import type { BrowserContext, Route } from "playwright-core";
import type {
  BotView,
  ChatView,
  EventRecord,
  HookView,
  MessageCreated,
  OwnChatView,
  PersonView,
  PinsView,
  ScheduledView,
  SearchHit,
  SearchPage,
  TimelinePage,
  ReceiptsView,
  SeenView,
} from "../src/shared/contracts/generated";
import { answerFile, withFiles } from "./pretendFiles";
import { GROUP, ME, ofMine, people, profileOf, uuid } from "./pretendPeople";
import { said } from "../src/shared/lib/said";

/** A Nexync made of fixtures, for pictures: answers REST and the socket inside of the browser's context. */

export const NOW = new Date(2026, 0, 15, 14, 5).getTime();
const MINUTE = 60_000;

const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const PASSKEYS = [
  {
    id: uuid("f", 1),
    name: "Chrome on macOS",
    synced: true,
    created_at: NOW - 40_000 * MINUTE,
    used_at: NOW - 90 * MINUTE,
  },
  {
    id: uuid("f", 2),
    name: "Security key on the key ring",
    synced: false,
    created_at: NOW - 3_000 * MINUTE,
    used_at: null,
  },
];
const CREATION = {
  challenge: "c".repeat(43),
  rp_id: "localhost",
  expires_at: NOW + 5 * MINUTE,
  user_handle: "AAAAAAAAQACAAAAAAAAAAQ",
  username: "elin",
  algorithms: [-7],
  known: [],
};
const ENROLMENT = {
  secret: SECRET,
  uri: `otpauth://totp/Nexync:elin?secret=${SECRET}&issuer=Nexync`,
  expires_at: NOW + 15 * MINUTE,
};
const FACTOR_ON = { available: true, on: true, since: NOW - 3_000 * MINUTE, recovery_left: 8 };
const BOTS: BotView[] = [
  ["build-bot", "Builds", 12],
  ["lunch-bot", "What’s for lunch", 1_500],
  ["old-bot", "Old one", null],
].map(([username, name, seen], index) => ({
  bot: uuid("f", index),
  username: String(username),
  name: String(name),
  made_at: NOW - 90_000 * MINUTE,
  token_at: seen === null ? null : NOW - 80_000 * MINUTE,
  seen_at: typeof seen === "number" ? NOW - seen * MINUTE : null,
}));
const RECOVERY_CODES = Array.from(
  { length: 10 },
  (_, index) => `k${index + 2 === 10 ? "p" : (index + 2) % 10}m9p-w7xq${"abcdefghjk"[index]}`,
);

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

function record(chat: string, seq: number, by: string, at: number, body: string): EventRecord {
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

function talkOf(chat: string, others: string[]): EventRecord[] {
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
};

function chatsOf(): ChatView[] {
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

/** Three pinned messages of the group, none elsewhere. */
function pinsOf(group: boolean): PinsView {
  const items = group
    ? talkOf(GROUP, [people[1]?.person ?? ME]).filter(({ seq }) => [3, 9, 11].includes(seq))
    : [];
  const by = people[2]?.person ?? ME;
  const pins = items.map(({ seq }) => ({ target: seq, seq: seq + 20, by, at: NOW }));
  return { chat: GROUP, as_of: 14, pins: pins.toReversed(), items };
}

/** Hits for every search but one that finds nothing. */
function searchOf(query: URLSearchParams): SearchPage {
  const words = query.get("q") ?? "";
  const hit = (chat: string, seq: number, by: string, ago: number, text: string): SearchHit => {
    const start = text.toLowerCase().indexOf(words.toLowerCase());
    return {
      chat,
      seq,
      by,
      at: NOW - ago * MINUTE,
      edited: false,
      text,
      marks: start < 0 ? [] : [{ start, end: start + words.length }],
      cut_before: seq === 9,
      cut_after: seq === 9,
      attachments: [],
      hook: null,
    };
  };
  const hits = [
    hit(PRIVATE, 11, people[0]?.person ?? ME, 44, "Lunch at one?"),
    hit(
      GROUP,
      5,
      people[2]?.person ?? ME,
      312,
      "I booked the table for our lunch on Friday, six people.",
    ),
    hit(
      PRIVATE,
      9,
      ME,
      5_800,
      "write it up over the lunch break so that nobody has to explain it a second time, and then we link it from the handbook where new people look first, next to the",
    ),
    hit(
      uuid("c", 2),
      4,
      people[2]?.person ?? ME,
      21_000,
      "The lunchroom is <b>closed</b> on Monday",
    ),
  ];
  const only = query.get("chat");
  return {
    hits: words.includes("nothing") ? [] : hits.filter((one) => only === null || one.chat === only),
    people,
    partial: words.length < 3,
    next: null,
  };
}

export const PRIVATE = uuid("c", 0);

const WEB_PUSH = {
  api_key: "AIzaPretence",
  app_id: "1:123:web:abc",
  project_id: "pretence",
  sender_id: "123",
  vapid_key: "BPretence",
};

const PROVIDERS = [
  { id: "google", kind: "oidc", label: "Google" },
  { id: "github", kind: "github", label: "GitHub" },
];
const IDENTITY = {
  id: uuid("e", 1),
  provider: "google",
  label: "Google",
  email: "elin@example.org",
  linked_at: NOW - 2 * 24 * 60 * MINUTE,
};

const HOOKS: HookView[] = ["Build", "Support inbox"].map((name, index) => ({
  hook: uuid("9", index),
  name,
  by: ME,
  made_at: NOW - (index + 1) * 9_000 * MINUTE,
}));

function saidByHook(seq: number): EventRecord {
  const body = "**web 2.41** is out: 14 changes, no problems since";
  const { event, ...rest } = record(GROUP, seq, uuid("9", 0), NOW - MINUTE, body);
  return { ...rest, event: { ...event, hook: "Build" } as EventRecord["event"] };
}

function scheduledIn(chat: string): ScheduledView[] {
  const one = { chat, reply_to: null };
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
      problem: null,
    },
  ];
}

export type Pretence = {
  account: "none" | "new" | "busy";
  line?: "live" | "down" | "rejecting";
  /** Two-step verification. */
  factor?: "on";
  /** Passkeys that one has; without the word there is none. */
  passkeys?: "two";
  /** Providers that one can log in with, of which one is linked; or an account that has nothing else. */
  providers?: "two" | "only";
  /** Chats that are muted, pinned, archived, marked, and one with a draft. */
  own?: "kept";
  /** The partner of the private chat and somebody in the group are blocked. */
  blocked?: "two";
  /** Messages for later, of which one couldn't be sent. */
  scheduled?: "two";
  /** Webhooks of the group, of which one has said something. */
  hooks?: "two";
  /** The private chat has files; `hard`: many, and such as don't come. */
  files?: "some" | "hard";
  /** Who may make an account; without the word everybody. An invitation is always over. */
  registration?: "domains" | "invite" | "closed";
  /** One is an administrator; `new` of an instance where nothing was done yet. */
  admin?: "busy" | "new";
  /** Push notifications are set up; `on` also on this device. */
  push?: "off" | "on";
};

export async function pretend(context: BrowserContext, how: Pretence): Promise<void> {
  const chats = how.account === "busy" ? chatsOf() : [];
  if (how.own === "kept") keepOwn(chats);
  const [first] = chats;
  if (how.blocked === "two" && first?.partner) {
    first.partner = { ...first.partner, relation: "blocked" };
  }
  const circle = how.account === "busy" ? people : [];
  const json = (route: Route, body: unknown, status = 200): Promise<void> =>
    route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  const none = { title: "No", status: 401, code: "unauthenticated" };

  await context.route("**/api/**", async (route) => {
    const url = new URL(route.request().url());
    const path = url.pathname;
    if (how.files !== undefined && (await answerFile(route))) return;
    if (path === "/api/auth/session") {
      if (how.account === "none") return json(route, none, 401);
      const session = { person: ME, username: "elin", session: uuid("d", 0), expires_at: NOW };
      return json(route, session);
    }
    if (path === "/api/auth/refresh") {
      if (how.account === "none") return json(route, none, 401);
      return json(route, { title: "Busy", status: 503, code: "unavailable" }, 503);
    }
    if (path === "/api/push") {
      const device = how.push === "on";
      return json(route, { web: how.push ? WEB_PUSH : null, device, preview: device });
    }
    if (path === "/api/auth/instance") {
      const domains = how.registration === "domains" ? ["example.org", "moss.test"] : [];
      return json(route, { registration: how.registration ?? "open", domains });
    }
    if (path === "/api/auth/role") return json(route, { admin: how.admin !== undefined });
    if (path === "/api/auth/admin/people") {
      const q = url.searchParams.get("q") ?? "";
      const found = managedOf(NOW).filter(({ name }) => name.toLowerCase().includes(q));
      return json(route, { people: found, next: q === "" ? "oskar" : null });
    }
    if (path === "/api/auth/admin/invitations" && route.request().method() === "POST") {
      return json(route, { invitation: invitationsOf(NOW)[1], token: MADE_TOKEN }, 201);
    }
    if (path === "/api/auth/admin/invitations") {
      return json(route, { invitations: how.admin === "busy" ? invitationsOf(NOW) : [] });
    }
    if (path === "/api/auth/admin/audit-log") {
      return json(route, { entries: how.admin === "busy" ? entriesOf(NOW) : [], next: null });
    }
    if (path === "/api/admin/reports") {
      const reports = how.admin === "busy" ? reportsOf(NOW) : [];
      return json(route, { reports, waiting: how.admin === "busy" ? 57 : 0 });
    }
    if (path.endsWith("/deactivation")) {
      return json(route, { title: "No", status: 403, code: "wrong_password" }, 403);
    }
    if (path === "/api/auth/invitation") {
      return json(route, { title: "Over", status: 410, code: "invitation_over" }, 410);
    }
    if (path === "/api/auth/providers") {
      return json(route, { providers: how.providers ? PROVIDERS : [] });
    }
    if (path === "/api/auth/identities") {
      const identities = how.providers ? [IDENTITY] : [];
      return json(route, { identities, password: how.providers !== "only" });
    }
    if (path === "/api/auth/login" && how.providers !== undefined) {
      return json(route, { title: "Change", status: 403, code: "password_change_needed" }, 403);
    }
    if (path === "/api/auth/register") return json(route, { status: "accepted" }, 202);
    if (path === "/api/auth/login/code") {
      return json(route, { title: "No", status: 400, code: "wrong_code" }, 400);
    }
    if (path === "/api/auth/login" && how.factor === "on") {
      return json(route, { title: "Code", status: 403, code: "second_factor" }, 403);
    }
    if (path === "/api/auth/login") {
      return json(route, { title: "No", status: 401, code: "wrong_credentials" }, 401);
    }
    if (path === "/api/auth/factor" && route.request().method() === "GET") {
      return json(route, how.factor === "on" ? FACTOR_ON : { available: true, on: false });
    }
    if (path === "/api/auth/login/passkey/options") {
      return json(route, { title: "No", status: 503, code: "passkey_unavailable" }, 503);
    }
    if (path === "/api/auth/passkeys/options") return json(route, CREATION);
    if (path === "/api/auth/passkeys" && route.request().method() === "POST") {
      return json(route, PASSKEYS[0], 201);
    }
    if (path === "/api/auth/passkeys") {
      return json(route, { rp_id: "localhost", passkeys: how.passkeys ? PASSKEYS : [] });
    }
    if (path === "/api/auth/email/code") {
      return json(route, { title: "No", status: 400, code: "wrong_code" }, 400);
    }
    if (path === "/api/auth/email") {
      if (route.request().method() === "POST") return json(route, { status: "accepted" }, 202);
      return json(route, { email: "elin@example.org" });
    }
    if (path === "/api/auth/factor/enrolment") return json(route, ENROLMENT);
    if (path === "/api/auth/factor") return json(route, { codes: RECOVERY_CODES });
    if (path === "/api/auth/bots") return json(route, { bots: how.account === "new" ? [] : BOTS });
    if (path === "/api/auth/sessions") {
      const session = (number: number, device: string, ago: number, current = false) => ({
        session: uuid("d", number),
        device,
        created_at: NOW - (ago + 4_000) * MINUTE,
        seen_at: NOW - ago * MINUTE,
        current,
      });
      const sessions = [
        session(0, "Chrome on macOS", 1, true),
        session(1, "Safari on iPhone", 75),
        session(2, "Firefox on Linux", 1_700),
      ];
      return json(route, { sessions });
    }
    if (path.endsWith("/mine")) {
      const full = { title: "Full", status: 422, code: "validation" };
      return json(route, full, 422);
    }
    if (path === "/api/search") return json(route, searchOf(url.searchParams));
    if (path === "/api/blocks" && how.blocked === "two") {
      const blocked = people.slice(0, 2).map((one) => ({ ...one, relation: "blocked" }));
      return json(route, { people: blocked, next: null });
    }
    if (path.endsWith("/scheduled")) {
      return json(route, { messages: how.scheduled === "two" ? scheduledIn(PRIVATE) : [] });
    }
    if (path.endsWith("/hooks")) {
      if (route.request().method() === "POST") {
        return json(route, { chat: GROUP, hook: uuid("9", 2), seq: 20 }, 201);
      }
      return json(route, { hooks: how.hooks === "two" ? HOOKS : [] });
    }
    if (path === "/api/chats") return json(route, { chats, next: null });
    if (path === "/api/connections") return json(route, { people: circle, next: null });
    if (path === "/api/people") {
      const found = people
        .slice(0, 3)
        .map((one, at) => ({ ...one, relation: at ? "none" : "asked" }));
      return json(route, { people: found, next: null });
    }
    if (path === "/api/people/suggestions") {
      const known = how.account === "busy" ? [people[2], people[4]] : [];
      const suggested = known.map((one, at) => ({
        ...one,
        person: uuid("b", 20 + at),
        name: at ? "Yara Haddad" : "Felix Brandt",
        username: at ? "yara" : "felix",
        relation: "none",
        mutual: at ? 0 : 3,
      }));
      return json(route, { people: suggested, next: null });
    }
    const own = ofMine(path, route.request().postDataJSON());
    if (own !== null) return json(route, own);
    if (path.endsWith("/presence")) {
      return json(route, { person: people[0]?.person, online: true, seen_at: NOW });
    }
    if (path.endsWith("/versions")) {
      const texts = ["**Sign-ups** are up by a *third* since Monday", "Sign-ups are up by a third"];
      const versions = texts.map((body, at) => ({
        seq: 20 - at,
        at: NOW - at * 300 * MINUTE,
        body,
      }));
      return json(route, { target: 5, versions: versions.toReversed() });
    }
    if (path.endsWith("/pins")) return json(route, pinsOf(path.includes(GROUP)));
    const timeline = /^\/api\/chats\/([^/]+)\/timeline$/.exec(path)?.[1];
    if (timeline !== undefined) {
      const others = timeline === GROUP ? people.slice(1, 4) : people.slice(0, 1);
      const talk = talkOf(
        timeline,
        others.map((one) => one.person),
      );
      const items = how.files === undefined ? talk : withFiles(talk, how.files === "hard");
      if (timeline === GROUP && how.hooks === "two") items.push(saidByHook(items.length + 1));
      const as_of = items.length;
      const more = timeline === GROUP ? changedTalk(items) : { states: [], quotes: [] };
      const page = { chat: timeline, epoch: 1, as_of, items, before: null, after: null };
      return json(route, { ...page, ...more });
    }
    const shown = people.find((one) => path === `/api/people/${one.person}/profile`);
    if (shown !== undefined) return json(route, profileOf(shown));
    const person = people.find((one) => path === `/api/people/${one.person}`);
    if (person !== undefined) return json(route, person);
    const receipts = /^\/api\/chats\/([^/]+)\/receipts$/.exec(path)?.[1];
    if (receipts !== undefined) return json(route, receiptsOf(receipts));
    if (path.endsWith("/seen")) return json(route, seenOf(Number(url.searchParams.get("target"))));
    return json(route, { title: "No", status: 404, code: "not_found" }, 404);
  });

  await context.routeWebSocket("**/ws", (socket) => {
    if (how.line === "down") {
      void socket.close({ code: 1012 });
      return;
    }
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { t: string; id?: string; chat?: string };
      const say = (answer: object): void => socket.send(JSON.stringify(answer));
      if (frame.t === "resume") {
        const hello = { person: ME, session: uuid("d", 0), time: NOW, gateway: "gateway-1" };
        say({ t: "welcome", ...hello, features: ["typing", "files", "receipts"] });
        say({ t: "resumed", streams: chats.length });
      }
      if (frame.t === "look" && frame.chat === GROUP) {
        say({ t: "typist", chat: GROUP, by: people[3]?.person });
      }
      if (frame.t === "send" && how.line === "rejecting") {
        say({ t: "rejected", id: frame.id, code: "not_a_member", stream: null, time: null });
      }
    });
  });
}
