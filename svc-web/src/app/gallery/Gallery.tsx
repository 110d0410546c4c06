import {
  Bell,
  Copy,
  MessagesSquare,
  Monitor,
  Moon,
  Plus,
  SearchX,
  Sun,
  Trash2,
} from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/gallery/Gallery.module.css";
import { ChatRow } from "@/features/chats/ui/ChatList";
import { SENT, type Standing } from "@/features/conversation/model/receipts";
import type { MessageRow } from "@/features/conversation/model/rows";
import { UNTOUCHED } from "@/features/conversation/model/messages";
import { Message, type MessageActions } from "@/features/conversation/ui/Message";
import type { ChatView } from "@/shared/contracts/generated";
import { chooseTheme, type Theme } from "@/shared/lib/theme";
import { Avatar } from "@/shared/ui/Avatar";
import { Badge } from "@/shared/ui/Badge";
import { Button, IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Empty } from "@/shared/ui/Empty";
import { Field } from "@/shared/ui/Field";
import { Logo } from "@/shared/ui/Logo";
import { Menu, MenuItem } from "@/shared/ui/Menu";
import { Notice } from "@/shared/ui/Notice";
import { SearchField } from "@/shared/ui/SearchField";
import { Segmented } from "@/shared/ui/Segmented";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { Spinner } from "@/shared/ui/Spinner";
import { TipScope } from "@/shared/ui/Tip";
import { said } from "@/shared/lib/said";

const THEMES = [
  { value: "system", label: "Device", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

const COLOURS = [
  "surface-0",
  "surface-1",
  "surface-2",
  "surface-3",
  "text-1",
  "text-2",
  "text-3",
  "line",
  "accent",
  "accent-soft",
  "danger",
  "success",
];

/** Every component in every state, for eyes and for visual tests. Not part of the product. */
export function Gallery(): ReactNode {
  const [look, setLook] = useState<Theme>("system");
  const [words, setWords] = useState("anna");
  const [open, setOpen] = useState(false);
  return (
    <TipScope>
      <main className={styles["page"]}>
        <header className={styles["head"]}>
          <Logo size={36} />
          <h1>Nexync components</h1>
          <Segmented
            label="Look"
            value={look}
            options={THEMES}
            onChange={(value) => {
              chooseTheme(value);
              setLook(value);
            }}
          />
        </header>
        <Part title="Colours">
          {COLOURS.map((name) => (
            <span key={name} className={styles["colour"]}>
              <span style={{ background: `var(--${name})` }} />
              {name}
            </span>
          ))}
        </Part>
        <Part title="Type">
          <div className={styles["type"]}>
            <p style={{ font: "var(--title-1)" }}>Title 20/28 semibold</p>
            <p style={{ font: "var(--title-2)" }}>Title 16/24 semibold</p>
            <p style={{ font: "var(--body-strong)" }}>Body 15/22 medium</p>
            <p style={{ font: "var(--body)" }}>Body 15/22 regular</p>
            <p style={{ font: "var(--meta)" }}>Meta 12.5/18 regular 0123456789</p>
          </div>
        </Part>
        <Part title="Buttons">
          <Button look="primary">Primary</Button>
          <Button>Secondary</Button>
          <Button look="quiet">Quiet</Button>
          <Button look="danger">Danger</Button>
          <Button look="primary" busy>
            Busy
          </Button>
          <Button look="primary" disabled>
            Disabled
          </Button>
          <Button small>Small</Button>
          <IconButton label="Add">
            <Plus size={20} strokeWidth={1.75} />
          </IconButton>
          <IconButton label="Pressed" aria-pressed="true">
            <Bell size={20} strokeWidth={1.75} />
          </IconButton>
        </Part>
        <Part title="Fields">
          <Field label="Empty" hint="A hint in its own line." />
          <Field label="With an error" defaultValue="anna berg" error="Use small letters." />
          <Field label="Password" type="password" defaultValue="secret words" />
          <SearchField label="Search" value={words} onChange={setWords} />
        </Part>
        <Part title="Avatars, badges, spinner">
          {["Anna Berg", "Bo", "Çelik Öz", "dana.x", "李 明"].map((name) => (
            <Avatar key={name} id={name} name={name} />
          ))}
          <Avatar id="group" name="Design" group />
          <Avatar id="small" name="Small One" size={28} />
          <Badge count={1} label="1 new message" />
          <Badge count={42} label="42 new messages" />
          <Badge count={1200} label="1200 new messages" />
          <Spinner label="Loading" />
        </Part>
        <Part title="Notices">
          <Notice>Something worth knowing, in one sentence.</Notice>
          <Notice
            tone="danger"
            action={
              <Button look="quiet" small>
                Try again
              </Button>
            }
          >
            Nexync can&apos;t be reached. Check your connection and try again.
          </Notice>
        </Part>
        <Part title="Menu and dialog">
          <Menu trigger={<Button>Open menu</Button>} align="start">
            <MenuItem icon={Copy} onSelect={() => undefined}>
              Copy
            </MenuItem>
            <MenuItem icon={Trash2} danger onSelect={() => undefined}>
              Delete
            </MenuItem>
          </Menu>
          <Button onClick={() => setOpen(true)}>Open dialog</Button>
          <Dialog open={open} onOpenChange={setOpen} title="A dialog" words="With a sentence.">
            <div className={styles["inside"]}>
              <Button look="primary" onClick={() => setOpen(false)}>
                Done
              </Button>
            </div>
          </Dialog>
        </Part>
        <Part title="Empty and loading">
          <div className={styles["box"]}>
            <Empty icon={SearchX} title="Nobody found" words="Try another part of the name." />
          </div>
          <div className={styles["box"]}>
            <Empty icon={MessagesSquare} title="No chats yet" words="Connect, then say hello.">
              <Button look="primary">Find people</Button>
            </Empty>
          </div>
          <div className={styles["box"]}>
            <SkeletonRows count={3} label="Loading" />
          </div>
        </Part>
        <Part title="Chat rows">
          <div className={styles["box"]}>
            {CHATS.map((chat, index) => (
              <div key={chat.chat} style={{ height: 68 }}>
                <ChatRow chat={chat} me="me" now={NOW} blocked={NOBODY} current={index === 1} />
              </div>
            ))}
          </div>
        </Part>
        <Part title="Messages">
          <div className={styles["talk"]}>
            {MESSAGES.map((row) => (
              <Message
                key={row.key}
                chat="c"
                row={row}
                me="me"
                name="Anna Berg"
                nameOf={() => "Anna Berg"}
                group
                writable
                lit={false}
                standing={STANDINGS[row.key] ?? SENT}
                blocked={NOBODY}
                actions={NOTHING}
              />
            ))}
          </div>
        </Part>
      </main>
    </TipScope>
  );
}

const NOBODY: ReadonlySet<string> = new Set();

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className={styles["part"]}>
      <h2>{title}</h2>
      <div className={styles["things"]}>{children}</div>
    </section>
  );
}

const NOW = Date.UTC(2026, 0, 15, 14, 5);

function chat(id: string, name: string, unread: number, body: string): ChatView {
  return {
    chat: id,
    kind: "group",
    name,
    partner: null,
    epoch: 1,
    head: 9,
    n: 8,
    unread,
    read_seq: 0,
    role: "member",
    spans: [],
    members: [
      {
        person: "anna",
        username: "anna",
        name: "Anna",
        role: "admin",
        bot: false,
        picture: null,
        deleted: false,
      },
    ],
    member_count: 1,
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
    last: {
      stream: `c:${id}`,
      epoch: 1,
      seq: 9,
      n: 8,
      at: NOW - 3_600_000,
      id,
      by: "anna",
      event: said(body),
    },
  };
}

const CHATS = [
  chat("one", "Design", 3, "The new icons are in, have a look."),
  chat("two", "Release", 0, "Tomorrow at nine, then?"),
  chat("three", "A group with a name that is longer than its place", 120, "מה שלומך"),
];

function message(key: string, rest: Partial<MessageRow>): MessageRow {
  return {
    kind: "message",
    key,
    id: key,
    by: "anna",
    own: false,
    body: "Good morning",
    seq: 1,
    mentions: [],
    mentionAll: false,
    files: [],
    forwarded: false,
    hidden: false,
    hook: null,
    now: UNTOUCHED,
    changing: false,
    reply: null,
    at: NOW,
    first: true,
    last: true,
    delivery: { kind: "numbered", seq: 1 },
    ...rest,
  };
}

const NOTHING: MessageActions = {
  onAgain: () => undefined,
  onDiscard: () => undefined,
  onMenu: () => undefined,
  onReply: () => undefined,
  onEdit: () => undefined,
  onForward: () => undefined,
  onPin: () => undefined,
  onReport: () => undefined,
  onReact: () => undefined,
  onShow: () => undefined,
  onVersions: () => undefined,
  onSeenBy: () => undefined,
};

const STANDINGS: Record<string, Standing> = {
  "13": { kind: "delivered", seen: 1, of: 3 },
  "14": { kind: "read", seen: 3, of: 3 },
};

const QUOTE = {
  seq: 1,
  by: "anna",
  at: NOW,
  body: "Lunch at **one**?",
  deleted: false,
  attachments: [],
  hook: null,
};
const OWN = { own: true, by: "me" };
const MESSAGES: MessageRow[] = [
  message("1", { last: false }),
  message("2", { first: false, body: "The second of a run.\nWith a second line." }),
  message("3", { ...OWN, body: "Sent, and numbered.", last: false }),
  message("4", {
    ...OWN,
    first: false,
    body: "A longer text that goes over several lines, to see how the time finds its place at the end of the last line.",
  }),
  message("5", { ...OWN, body: "On its way.", delivery: { kind: "waiting" } }),
  message("6", { ...OWN, body: "Acknowledged.", delivery: { kind: "sent" } }),
  message("13", { ...OWN, body: "With all of them." }),
  message("14", { ...OWN, body: "And read." }),
  message("7", {
    ...OWN,
    body: "Not taken.",
    delivery: { kind: "rejected", code: "not_a_member" },
  }),
  message("8", {
    ...OWN,
    body: "Fine, **one o'clock** then, see https://example.org/menu. @anna brings the `list`:\n\n- bread\n- *good* cheese",
    mentions: [{ person: "anna", name: "anna" }],
    reply: { seq: 1, quote: QUOTE },
    now: { ...UNTOUCHED, edited: { seq: 9, at: NOW } },
  }),
  message("9", {
    body: "> as agreed\n\n1. first\n2. second\n\n```\nmake up\nmake demo\n```",
    now: {
      ...UNTOUCHED,
      reactions: [
        { emoji: "👍", count: 3, people: ["me", "anna", "bo"] },
        { emoji: "🎉", count: 1, people: ["anna"] },
      ],
    },
  }),
  message("12", { body: "The doors open at nine.", forwarded: true }),
  message("10", { body: "", now: { ...UNTOUCHED, deleted: true, deletedBy: "anna" } }),
  message("11", { ...OWN, body: "", now: { ...UNTOUCHED, deleted: true, deletedBy: "me" } }),
];
