import { useVirtualizer } from "@tanstack/react-virtual";
import { BellOff, Pin } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { chatTitle } from "@/features/chats/model/list";
import { isMuted } from "@/features/chats/model/own";
import styles from "@/features/chats/ui/ChatList.module.css";
import { ChatMenu } from "@/features/chats/ui/ChatMenu";
import type { ChatView } from "@/shared/contracts/generated";
import { groupSentence } from "@/shared/lib/happenings";
import { Link } from "@/shared/lib/Link";
import { COVERED, saidIn } from "@/shared/lib/said";
import { absolute, listTime } from "@/shared/lib/time";
import { useDraftPart } from "@/shared/lib/useDrafts";
import { useLongPress } from "@/shared/lib/useLongPress";
import { Badge } from "@/shared/ui/Badge";
import { BotMark } from "@/shared/ui/BotMark";
import { ChatFace } from "@/shared/ui/Face";

type ChatListProps = {
  chats: readonly ChatView[];
  me: string;
  current: string | null;
  now: number;
  /** Whose messages in groups are not shown. */
  blocked: ReadonlySet<string>;
};

const ROW = 68;

export function ChatList({ chats, me, current, now, blocked }: ChatListProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: chats.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => chats[index]?.chat ?? index,
    overscan: 8,
    paddingStart: 4,
    paddingEnd: 8,
  });
  return (
    <div ref={scroller} className={styles["scroller"]}>
      <ul className={styles["list"]} style={{ height: virtual.getTotalSize() }} aria-label="Chats">
        {virtual.getVirtualItems().map((item) => {
          const chat = chats[item.index];
          return chat === undefined ? null : (
            <li
              key={item.key}
              className={styles["item"]}
              style={{ height: ROW, transform: `translateY(${item.start}px)` }}
            >
              <MenuRow
                chat={chat}
                me={me}
                now={now}
                blocked={blocked}
                current={chat.chat === current}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The row with its menu: on hover, after it by the keyboard, on a right click or a long press. */
function MenuRow(props: ChatRowProps): ReactNode {
  const { chat, now } = props;
  const [open, setOpen] = useState(false);
  const pressed = useRef(false);
  const show = (): void => {
    pressed.current = true;
    setOpen(true);
  };
  const press = useLongPress(show, true);
  return (
    <div
      {...press}
      role="presentation"
      className={styles["withMenu"]}
      data-menu={open}
      onPointerDownCapture={() => {
        pressed.current = false;
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        show();
      }}
      // The finger that opened the menu doesn't open the chat too.
      onClickCapture={(event) => {
        if (!pressed.current) return;
        pressed.current = false;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <ChatRow {...props} />
      <ChatMenu
        chat={chat}
        now={now}
        label={`More about ${chatTitle(chat)}`}
        className={styles["more"]}
        open={open}
        onOpenChange={setOpen}
      />
    </div>
  );
}

type ChatRowProps = Omit<ChatListProps, "chats" | "current"> & {
  chat: ChatView;
  current: boolean;
};

export function ChatRow({ chat, me, now, blocked, current }: ChatRowProps): ReactNode {
  const title = chatTitle(chat);
  const muted = isMuted(chat, now);
  const quiet = muted && chat.mentioned === 0;
  const draft = useDraftPart(chat.chat, ({ text }) => text);
  const unread = chat.unread === 1 ? "1 new message" : `${chat.unread} new messages`;
  return (
    <Link
      to={`/c/${chat.chat}`}
      className={styles["row"]}
      data-chat={chat.chat}
      data-unread={chat.unread > 0}
      data-quiet={quiet}
      {...(current ? { "aria-current": "page" as const } : {})}
    >
      <ChatFace chat={chat} name={title} />
      <span className={styles["text"]}>
        <span className={styles["top"]}>
          <span className={styles["title"]}>
            {title}
            {chat.partner?.bot === true ? <BotMark /> : null}
          </span>
          {muted ? (
            <BellOff
              size={14}
              strokeWidth={1.75}
              className={styles["sign"]}
              role="img"
              aria-label="Muted"
            />
          ) : null}
          {chat.own?.pinned_at == null ? null : (
            <Pin
              size={14}
              strokeWidth={1.75}
              className={styles["sign"]}
              role="img"
              aria-label="Pinned"
            />
          )}
          {chat.last === null ? null : (
            <time className={styles["time"]} title={absolute(chat.last.at)}>
              {listTime(chat.last.at, now)}
            </time>
          )}
        </span>
        <span className={styles["bottom"]}>
          {draft.trim() === "" || current ? (
            <span className={styles["preview"]}>{preview(chat, me, blocked)}</span>
          ) : (
            <span className={styles["preview"]} data-draft>
              <strong>Draft:</strong> {draft}
            </span>
          )}
          {chat.unread === 0 && chat.own?.marked_unread === true ? (
            <span className={styles["dot"]} role="img" aria-label="Marked as unread" />
          ) : null}
          <Badge count={chat.unread} label={unread} quiet={quiet} />
        </span>
      </span>
    </Link>
  );
}

function preview(chat: ChatView, me: string, blocked: ReadonlySet<string>): string {
  const last = chat.last;
  if (last === null) return "";
  const nameOf = (person: string): string =>
    chat.members.find((member) => member.person === person)?.name ?? "Someone";
  const who = last.by === me ? "You" : nameOf(last.by);
  const { event } = last;
  if (event.tag === "message.created" && chat.kind === "group" && blocked.has(last.by)) {
    return COVERED;
  }
  if (event.tag === "message.created") {
    const words = saidIn(event);
    if (event.hook !== null) return `${event.hook}: ${words}`;
    return last.by === me || chat.kind === "group" ? `${who}: ${words}` : words;
  }
  if (event.tag === "message.edited") return `${who} edited a message`;
  if (event.tag === "message.deleted") return `${who} deleted a message`;
  if (event.tag === "message.reacted") {
    return event.on ? `${who} reacted ${event.emoji}` : `${who} took a reaction back`;
  }
  if (event.tag === "chat.created") {
    return chat.kind === "group" ? `${who} made this group` : "Say hello";
  }
  const whom = (person: string): string => (person === me ? "you" : nameOf(person));
  return groupSentence(event, last.by, who, whom, chat.kind === "group") ?? "";
}
