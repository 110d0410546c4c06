import { Check, CircleAlert, Clock } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { MessageRow } from "@/features/conversation/model/rows";
import styles from "@/features/conversation/ui/Message.module.css";
import { absolute, clock } from "@/shared/lib/time";
import { rejectionWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";

type MessageProps = {
  row: MessageRow;
  name: string;
  group: boolean;
  onAgain: () => void;
  onDiscard: () => void;
};

export const Message = memo(
  function Message({ row, name, group, onAgain, onDiscard }: MessageProps): ReactNode {
    const others = group && !row.own;
    const told = row.last || row.delivery.kind !== "numbered";
    return (
      <article
        className={styles["message"]}
        data-own={row.own}
        data-first={row.first}
        data-last={row.last}
        data-message={row.id}
        data-delivery={row.delivery.kind}
        aria-label={`${row.own ? "You" : name}, ${absolute(row.at)}`}
      >
        {others ? (
          <span className={styles["side"]}>
            {row.last ? <Avatar id={row.by} name={name} size={36} /> : null}
          </span>
        ) : null}
        <div className={styles["stack"]}>
          {others && row.first ? <p className={styles["name"]}>{name}</p> : null}
          <div className={styles["bubble"]}>
            <span className={styles["body"]} dir="auto" data-body>
              {row.body}
            </span>
            {told ? <Told row={row} /> : null}
          </div>
          {row.delivery.kind === "rejected" ? (
            <p className={styles["rejected"]} role="alert">
              <CircleAlert size={14} strokeWidth={2} aria-hidden="true" />
              <span>Not sent. {rejectionWords(row.delivery.code)}</span>
              <button type="button" onClick={onAgain}>
                Try again
              </button>
              <button type="button" onClick={onDiscard}>
                Delete
              </button>
            </p>
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
    before.row.body === after.row.body &&
    before.row.at === after.row.at &&
    before.row.first === after.row.first &&
    before.row.last === after.row.last &&
    before.row.delivery.kind === after.row.delivery.kind,
);

/** When, and for own messages how far it is. The place for the tick is always there. */
function Told({ row }: { row: MessageRow }): ReactNode {
  return (
    <span className={styles["told"]}>
      <time title={absolute(row.at)} dateTime={new Date(row.at).toISOString()}>
        {clock(row.at)}
      </time>
      {row.own ? <Tick row={row} /> : null}
    </span>
  );
}

function Tick({ row }: { row: MessageRow }): ReactNode {
  switch (row.delivery.kind) {
    case "waiting":
      return <Clock size={13} strokeWidth={2} role="img" aria-label="Sending" />;
    case "sent":
    case "numbered":
      return <Check size={14} strokeWidth={2.25} role="img" aria-label="Sent" />;
    case "rejected":
      return <CircleAlert size={13} strokeWidth={2} role="img" aria-label="Not sent" />;
  }
}
