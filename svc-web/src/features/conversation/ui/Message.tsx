import { Ban, Check, CheckCheck, CircleAlert, Clock, EyeOff, Forward } from "lucide-react";
import { memo, useState, type ReactNode } from "react";
import { standingWords, type Standing } from "@/features/conversation/model/receipts";
import type { MessageRow } from "@/features/conversation/model/rows";
import styles from "@/features/conversation/ui/Message.module.css";
import { MessageFiles } from "@/features/conversation/ui/MessageFiles";
import { MessageTools } from "@/features/conversation/ui/MessageTools";
import { Packing } from "@/features/conversation/ui/Packing";
import { QuoteOf } from "@/features/conversation/ui/QuoteOf";
import { Reactions } from "@/features/conversation/ui/Reactions";
import { Rich } from "@/features/conversation/ui/Rich";
import { useIsBot } from "@/shared/lib/names";
import { COVERED } from "@/shared/lib/said";
import { readsFromRight } from "@/shared/lib/direction";
import { absolute, clock } from "@/shared/lib/time";
import { useLongPress } from "@/shared/lib/useLongPress";
import { showPerson } from "@/shared/lib/who";
import { rejectionWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { PersonFace } from "@/shared/ui/Face";

export type MessageActions = {
  onAgain: (row: MessageRow) => void;
  onDiscard: (row: MessageRow) => void;
  /** All that can be done with it, in a sheet. */
  onMenu: (row: MessageRow) => void;
  onReply: (row: MessageRow) => void;
  onEdit: (row: MessageRow) => void;
  onForward: (row: MessageRow) => void;
  onReport: (row: MessageRow) => void;
  onPin: (row: MessageRow, on: boolean) => void;
  onReact: (row: MessageRow, emoji: string, on: boolean) => void;
  onShow: (seq: number) => void;
  /** The texts that it had. */
  onVersions: (row: MessageRow) => void;
  /** Who has seen it. */
  onSeenBy: (row: MessageRow) => void;
};

type MessageProps = {
  chat: string;
  row: MessageRow;
  me: string;
  name: string;
  nameOf: (person: string) => string;
  group: boolean;
  /** Nothing can be done by a former member. */
  writable: boolean;
  /** It was jumped to a moment ago. */
  lit: boolean;
  /** How far an own message is with the others. */
  standing: Standing;
  /** Whose messages are covered until they are asked for. */
  blocked: ReadonlySet<string>;
  actions: MessageActions;
};

export const Message = memo(
  function Message(props: MessageProps): ReactNode {
    const { chat, row, me, name, nameOf, group, writable, lit, standing, blocked, actions } = props;
    const [uncovered, setUncovered] = useState(false);
    const [reached, setReached] = useState(false);
    const covered = blocked.has(row.by) && !uncovered && !row.now.deleted;
    const others = group && !row.own;
    const told = row.last || row.delivery.kind !== "numbered" || row.now.edited !== null;
    const usable = row.seq !== null && !row.now.deleted && !covered;
    const press = useLongPress(() => actions.onMenu(row), usable);
    return (
      // It only notes whether the keyboard is in it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
      <article
        className={styles["message"]}
        data-own={row.own}
        data-first={row.first}
        data-last={row.last}
        data-lit={lit}
        data-message={row.id}
        data-seq={row.seq}
        data-deleted={row.now.deleted}
        data-covered={covered || undefined}
        data-delivery={row.delivery.kind}
        data-standing={row.own && row.seq !== null ? standing.kind : undefined}
        aria-label={`${row.own ? "You" : name}, ${absolute(row.at)}${row.now.edited ? ", edited" : ""}`}
        tabIndex={-1}
        onFocus={() => setReached(true)}
        onBlur={() => setReached(false)}
      >
        {others ? (
          <span className={styles["side"]}>
            {row.last ? <PersonFace person={row.by} name={name} size={36} /> : null}
          </span>
        ) : null}
        <div className={styles["stack"]}>
          {row.first && row.hook !== null ? (
            <span className={styles["name"]} dir="auto">
              {name}
              <BotMark label="Webhook" />
            </span>
          ) : null}
          {others && row.first && row.hook === null ? (
            <button type="button" className={styles["name"]} onClick={() => showPerson(row.by)}>
              <span className="visually-hidden">Profile of </span>
              <span dir="auto">{name}</span>
              <AuthorMark person={row.by} />
            </button>
          ) : null}
          <div
            className={styles["bubble"]}
            data-rtl={(!row.now.deleted && !covered && readsFromRight(row.body)) || undefined}
            {...press}
          >
            {row.forwarded && !row.now.deleted && !covered ? (
              <span className={styles["forwarded"]}>
                <Forward size={14} strokeWidth={2} aria-hidden="true" />
                Forwarded
              </span>
            ) : null}
            {row.reply !== null && !row.now.deleted && !covered ? (
              <QuoteOf
                reply={row.reply}
                me={me}
                nameOf={nameOf}
                blocked={blocked}
                onShow={actions.onShow}
              />
            ) : null}
            {row.delivery.kind === "packing" ? <Packing id={row.id} /> : null}
            {row.files.length === 0 || covered ? null : (
              <MessageFiles chat={chat} seq={row.seq} files={row.files} />
            )}
            {covered ? (
              <span className={styles["deleted"]}>
                <EyeOff size={15} strokeWidth={1.75} aria-hidden="true" />
                <span data-body>{COVERED}</span>
                <button
                  type="button"
                  className={styles["uncover"]}
                  aria-label="Show this message of a blocked person"
                  onClick={() => setUncovered(true)}
                >
                  Show
                </button>
              </span>
            ) : row.now.deleted ? (
              <span className={styles["deleted"]}>
                <Ban size={15} strokeWidth={1.75} aria-hidden="true" />
                <span data-body>{deletedWords(row, me, nameOf)}</span>
              </span>
            ) : row.body === "" ? null : (
              <span className={styles["body"]} dir="auto" data-body>
                <Rich body={row.body} mentions={row.mentions} all={row.mentionAll} me={me} />
              </span>
            )}
            {told ? (
              <Told row={row} standing={standing} onVersions={() => actions.onVersions(row)} />
            ) : null}
          </div>
          {row.now.reactions.length > 0 && !covered ? (
            <Reactions
              reactions={row.now.reactions}
              me={me}
              nameOf={nameOf}
              writable={writable}
              onReact={(emoji, on) => actions.onReact(row, emoji, on)}
            />
          ) : null}
          {row.delivery.kind === "rejected" ? (
            <p className={styles["rejected"]} role="alert">
              <CircleAlert size={14} strokeWidth={2} aria-hidden="true" />
              <span>Not sent. {rejectionWords(row.delivery.code)}</span>
              <button type="button" onClick={() => actions.onAgain(row)}>
                Try again
              </button>
              <button type="button" onClick={() => actions.onDiscard(row)}>
                Delete
              </button>
            </p>
          ) : null}
          {usable ? (
            <span className={styles["tools"]}>
              <MessageTools row={row} writable={writable} reached={reached} actions={actions} />
            </span>
          ) : null}
        </div>
        {told ? null : (
          <time className={styles["hover"]} title={absolute(row.at)}>
            {clock(row.at)}
          </time>
        )}
      </article>
    );
  },
  (before, after) =>
    before.name === after.name &&
    before.group === after.group &&
    before.writable === after.writable &&
    before.lit === after.lit &&
    before.blocked === after.blocked &&
    before.standing.kind === after.standing.kind &&
    before.standing.seen === after.standing.seen &&
    before.standing.of === after.standing.of &&
    before.actions === after.actions &&
    before.nameOf === after.nameOf &&
    sameRow(before.row, after.row),
);

function AuthorMark({ person }: { person: string }): ReactNode {
  return useIsBot(person) ? <BotMark /> : null;
}

function sameRow(before: MessageRow, after: MessageRow): boolean {
  return (
    before.body === after.body &&
    before.at === after.at &&
    before.seq === after.seq &&
    before.first === after.first &&
    before.last === after.last &&
    before.now === after.now &&
    before.changing === after.changing &&
    before.mentions === after.mentions &&
    before.files.length === after.files.length &&
    before.reply?.seq === after.reply?.seq &&
    before.reply?.quote?.body === after.reply?.quote?.body &&
    before.reply?.quote?.deleted === after.reply?.quote?.deleted &&
    before.delivery.kind === after.delivery.kind
  );
}

function deletedWords(row: MessageRow, me: string, nameOf: (person: string) => string): string {
  const by = row.now.deletedBy;
  if (by === null) return "Message deleted";
  if (by === me) return row.own ? "You deleted this message" : "You deleted a message";
  return by === row.by ? "Message deleted" : `${nameOf(by)} deleted this message`;
}

/** When, whether it was edited, and for own messages how far it is. The place for the tick is always there. */
function Told({
  row,
  standing,
  onVersions,
}: {
  row: MessageRow;
  standing: Standing;
  onVersions: () => void;
}): ReactNode {
  return (
    <span className={styles["told"]}>
      {row.now.edited === null ? null : (
        <button
          type="button"
          className={styles["edited"]}
          title={`Edited ${absolute(row.now.edited.at)}`}
          aria-label="Edited: show earlier texts"
          onClick={onVersions}
        >
          edited
        </button>
      )}
      <time title={absolute(row.at)} dateTime={new Date(row.at).toISOString()}>
        {clock(row.at)}
      </time>
      {row.own && !row.now.deleted ? <Tick row={row} standing={standing} /> : null}
    </span>
  );
}

function Tick({ row, standing }: { row: MessageRow; standing: Standing }): ReactNode {
  if (row.changing) {
    return <Clock size={13} strokeWidth={2} role="img" aria-label="Saving" />;
  }
  switch (row.delivery.kind) {
    case "packing":
    case "waiting":
      return <Clock size={13} strokeWidth={2} role="img" aria-label="Sending" />;
    case "sent":
      return <Check size={14} strokeWidth={2.25} role="img" aria-label="Sent" />;
    case "numbered": {
      const Icon = standing.kind === "sent" ? Check : CheckCheck;
      const words = standingWords(standing);
      return (
        <span className={styles["tick"]} title={words}>
          <Icon
            size={standing.kind === "sent" ? 14 : 16}
            strokeWidth={2.25}
            role="img"
            aria-label={words}
          />
        </span>
      );
    }
    case "rejected":
      return <CircleAlert size={13} strokeWidth={2} role="img" aria-label="Not sent" />;
  }
}
