import { ArrowLeft, CloudOff, MessageSquareDashed } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { ConversationDriver } from "@/features/conversation/api/driver";
import {
  useConversation,
  useDriver,
  useMarkRead,
  useOutbox,
} from "@/features/conversation/api/provider";
import { usePin, usePins } from "@/features/conversation/api/pins";
import { peopleOf } from "@/features/conversation/model/pins";
import { useReceipts } from "@/features/conversation/api/receipts";
import { useTypists } from "@/features/conversation/api/typing";
import type { Named } from "@/features/conversation/model/mentions";
import { answerable, lastOwn, type MessageRow } from "@/features/conversation/model/rows";
import { typingWords } from "@/features/conversation/model/typists";
import { Composer, type Aim } from "@/features/conversation/ui/Composer";
import { DropArea } from "@/features/conversation/ui/DropArea";
import { JumpToDay } from "@/features/conversation/ui/JumpToDay";
import type { MessageActions } from "@/features/conversation/ui/Message";
import { MessageMenu } from "@/features/conversation/ui/MessageMenu";
import styles from "@/features/conversation/ui/Conversation.module.css";
import { ScheduledBar } from "@/features/conversation/ui/ScheduledBar";
import { SeenBy } from "@/features/conversation/ui/SeenBy";
import { Versions } from "@/features/conversation/ui/Versions";
import { PinnedBar } from "@/features/conversation/ui/PinnedBar";
import { peopleIn, Timeline } from "@/features/conversation/ui/Timeline";
import type { ChatView, RejectCode } from "@/shared/contracts/generated";
import { useDraftPart, useDrafts } from "@/shared/lib/useDrafts";
import { useNames } from "@/shared/lib/names";
import { errorWords, rejectionWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { SkeletonTalk } from "@/shared/ui/Skeleton";
import { ChatFace } from "@/shared/ui/Face";

type ConversationViewProps = {
  chat: string;
  group: boolean;
  title: string;
  subtitle: string;
  /** Whose picture, or whose colour, it has. */
  face: Pick<ChatView, "chat" | "partner" | "picture" | "role">;
  readSeq: number;
  /** False where one can only read: `closedWords` says why. */
  writable: boolean;
  closedWords?: ReactNode;
  /** Whose typing isn't told. */
  ignored: ReadonlySet<string>;
  /** In a group: whose messages are covered until they are asked for. */
  blocked: ReadonlySet<string>;
  /** May delete what others wrote, and name all. */
  admin: boolean;
  people: readonly Named[];
  /** The seq of a message to show, from a link. */
  message: number | null;
  actions?: ReactNode;
  onBack: () => void;
  /** Who or what this chat is, beside it. */
  onDetails: () => void;
  /** Everything up to this seq was looked at. */
  onRead: (seq: number) => void;
  /** This message is to be said in other chats. */
  onForward: (row: MessageRow) => void;
  /** This message is to be reported. */
  onReport: (row: MessageRow) => void;
};

const FORMER = "You are not in this chat any more. You can read what was said while you were.";

/** One open chat. Give it the chat as `key`. */
export function ConversationView(props: ConversationViewProps): ReactNode {
  const { chat, group, title, subtitle, face, readSeq, actions, ignored } = props;
  const { onBack, onDetails } = props;
  const driver = useDriver(chat, readSeq);
  const typists = useTypists(chat)
    .map((one) => one.by)
    .filter((by) => !ignored.has(by));
  const nameOf = useNames(typists);
  const typing = typingWords(typists.map(nameOf), group);
  return (
    <section className={styles["pane"]} aria-label={title}>
      <header className={styles["head"]}>
        <span className={styles["back"]}>
          <IconButton label="Back to the list" onClick={onBack}>
            <ArrowLeft size={20} strokeWidth={1.75} />
          </IconButton>
        </span>
        <div className={styles["who"]}>
          <button type="button" className={styles["about"]} onClick={onDetails}>
            <span className="visually-hidden">About {title}</span>
            <ChatFace chat={face} name={title} size={36} />
          </button>
          <div className={styles["titles"]}>
            <h1 className={styles["title"]} dir="auto">
              {title}
            </h1>
            <p className={styles["subtitle"]} data-typing={typing !== null || undefined}>
              {typing ?? subtitle}
            </p>
          </div>
        </div>
        <div className={styles["tools"]}>
          {driver === null ? null : <JumpToDay chat={chat} onShow={(seq) => driver.show(seq)} />}
          {actions}
        </div>
      </header>
      {driver === null ? (
        <SkeletonTalk label="Loading messages" />
      ) : (
        <Body {...props} driver={driver} />
      )}
    </section>
  );
}

function Body({
  driver,
  ...props
}: ConversationViewProps & { driver: ConversationDriver }): ReactNode {
  const { chat, group, readSeq, writable, admin, people, message, blocked, onRead } = props;
  const { onForward, onReport } = props;
  const state = useConversation(driver);
  const outbox = useOutbox();
  const pins = usePins(chat);
  const { mutate: changePin, error: pinError, reset: forgetPin } = usePin(chat);
  const nameOf = useNames([...peopleIn(state), ...peopleOf(pins)]);
  const [aim, setAim] = useState<Aim>({ kind: "new" });
  const files = outbox.next(chat);
  const attach = useCallback(
    (chosen: readonly File[]) => {
      setAim((before) => (before.kind === "edit" ? { kind: "new" } : before));
      outbox.next(chat).add(chosen);
    },
    [outbox, chat],
  );
  const [menu, setMenu] = useState<MessageRow | null>(null);
  const [versions, setVersions] = useState<MessageRow | null>(null);
  const [seenBy, setSeenBy] = useState<MessageRow | null>(null);
  const member = writable && state.status.kind !== "gone";
  const known = useReceipts(chat, member, lastOwn(state)?.seq ?? null);
  const [missing, setMissing] = useState(false);
  const show = useCallback(
    (seq: number) => void driver.show(seq).then((found) => setMissing(!found)),
    [driver],
  );
  const drafts = useDrafts();
  const replyTo = useDraftPart(chat, (draft) => draft.replyTo);
  const began = useDraftPart(chat, (draft) => draft.began);
  const ended = useDraftPart(chat, (draft) => draft.ended);
  const nameNow = useRef(nameOf);
  useEffect(() => {
    nameNow.current = nameOf;
  });
  const actions = useMemo<MessageActions>(
    () => ({
      onAgain: (row) => outbox.tryAgain(row.id),
      onDiscard: (row) => outbox.discard(row.id),
      onMenu: setMenu,
      onReply: (row) => {
        drafts.write(chat, drafts.of(chat).text, row.seq);
        const { began: draft } = drafts.of(chat);
        const name = row.own ? "yourself" : (row.hook ?? nameNow.current(row.by));
        setAim({ kind: "reply", row, name, draft });
      },
      onEdit: (row) => setAim({ kind: "edit", row }),
      onForward,
      onReport,
      onPin: (row, on) => {
        if (row.seq !== null) changePin({ target: row.seq, on });
      },
      onReact: (row, emoji, on) => {
        if (row.seq !== null) outbox.change(chat, { kind: "react", target: row.seq, emoji, on });
      },
      onShow: show,
      onVersions: setVersions,
      onSeenBy: setSeenBy,
    }),
    [changePin, chat, drafts, outbox, onForward, onReport, show],
  );
  const answered = useMemo(
    () => (replyTo === null ? null : answerable(state, replyTo)),
    [state, replyTo],
  );
  const nameOfAnswered = answered?.own
    ? "yourself"
    : (answered?.hook ?? nameOf(answered?.by ?? ""));
  // An answer that was sent or given up on another device is none any more.
  const free = aim.kind === "new" || (aim.kind === "reply" && aim.draft > 0 && aim.draft <= ended);
  const aimed: Aim = !free
    ? aim
    : answered === null
      ? { kind: "new" }
      : { kind: "reply", row: answered, name: nameOfAnswered, draft: began };
  const ready = state.status.kind === "open" || state.status.kind === "gone";
  useEffect(() => {
    if (ready && message !== null) show(message);
  }, [ready, message, show]);
  const mark = useMarkRead(chat);
  const marked = useRef(readSeq);
  const seen = useCallback(
    (seq: number) => {
      if (seq <= marked.current) return;
      marked.current = seq;
      mark(seq);
      onRead(seq);
    },
    [mark, onRead],
  );
  if (state.status.kind === "failed") {
    return (
      <div className={styles["middle"]}>
        <Empty icon={CloudOff} title="This chat could not be loaded" words={state.status.words}>
          <Button onClick={() => driver.dispatch({ kind: "reopen" })}>Try again</Button>
        </Empty>
      </div>
    );
  }
  const mayPin = writable && state.status.kind !== "gone" && (!group || admin);
  const loading = state.status.kind === "opening" && state.records.length === 0;
  return (
    <>
      {pins.length === 0 ? null : (
        <PinnedBar
          pins={pins}
          admin={mayPin}
          nameOf={nameOf}
          blocked={blocked}
          onShow={show}
          onUnpin={(target) => changePin({ target, on: false })}
        />
      )}
      {loading ? (
        <SkeletonTalk label="Loading messages" />
      ) : (
        <Timeline
          state={state}
          driver={driver}
          group={group}
          writable={writable && state.status.kind !== "gone"}
          actions={actions}
          nameOf={nameOf}
          known={known}
          blocked={blocked}
          onSeen={seen}
        />
      )}
      {state.refused !== null || missing || pinError !== null ? (
        <div className={styles["refused"]} role="alert">
          <span>{problemWords(state.refused, pinError)}</span>
          <Button
            look="quiet"
            small
            onClick={() => {
              setMissing(false);
              forgetPin();
              driver.dispatch({ kind: "refusal_read" });
            }}
          >
            OK
          </Button>
        </div>
      ) : null}
      {versions === null || versions.seq === null ? null : (
        <Versions
          chat={chat}
          target={versions.seq}
          atLeast={state.asOf}
          onClose={() => setVersions(null)}
        />
      )}
      {seenBy === null || seenBy.seq === null ? null : (
        <SeenBy chat={chat} target={seenBy.seq} onClose={() => setSeenBy(null)} />
      )}
      {menu === null ? null : (
        <MessageMenu
          chat={chat}
          me={state.me}
          group={group}
          row={menu}
          writable={writable && state.status.kind !== "gone"}
          admin={admin}
          pinned={mayPin ? pins.some((pin) => pin.target === menu.seq) : null}
          seenBy={member && menu.own}
          actions={actions}
          onDelete={(row) => {
            if (row.seq !== null) outbox.change(chat, { kind: "delete", target: row.seq });
          }}
          onClose={() => setMenu(null)}
        />
      )}
      {writable && state.status.kind !== "gone" ? (
        <>
          <DropArea onFiles={attach} />
          <ScheduledBar chat={chat} people={people} admin={admin} />
          <Composer
            chat={chat}
            aim={aimed}
            onAim={setAim}
            onEditLast={() => {
              const row = lastOwn(state);
              if (row !== null) setAim({ kind: "edit", row });
            }}
            people={people}
            admin={admin}
            blocked={blocked}
            files={files}
          />
        </>
      ) : (
        <p className={styles["closed"]}>
          <MessageSquareDashed size={18} strokeWidth={1.75} aria-hidden="true" />
          {state.status.kind === "gone" ? FORMER : (props.closedWords ?? FORMER)}
        </p>
      )}
    </>
  );
}

function problemWords(refused: RejectCode | null, pinError: Error | null): string {
  if (refused !== null) return `Not done. ${rejectionWords(refused)}`;
  return pinError === null
    ? "This message is not there any more."
    : `Not done. ${errorWords(pinError)}`;
}
