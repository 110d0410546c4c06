import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/StateLine.module.css";
import type { EventRecord } from "@/shared/contracts/generated";
import { groupSentence } from "@/shared/lib/happenings";
import { absolute } from "@/shared/lib/time";

type StateLineProps = {
  record: EventRecord;
  me: string;
  group: boolean;
  nameOf: (person: string) => string;
  onShow: (seq: number) => void;
};

/** What happened to the chat, quietly. */
export function StateLine({ record, me, group, nameOf, onShow }: StateLineProps): ReactNode {
  const words = sentence(record, me, nameOf, group);
  if (words === null) return null;
  const { event } = record;
  return (
    <p className={styles["line"]} title={absolute(record.at)}>
      {event.tag === "message.pinned" ? (
        <button type="button" className={styles["link"]} onClick={() => onShow(event.target)}>
          {words}
        </button>
      ) : (
        words
      )}
    </p>
  );
}

function sentence(
  { by, event }: EventRecord,
  me: string,
  nameOf: (person: string) => string,
  group: boolean,
): string | null {
  const who = by === me ? "You" : nameOf(by);
  const whom = (person: string): string => (person === me ? "you" : nameOf(person));
  if (event.tag === "chat.created") {
    return event.kind === "group" ? `${who} made this group` : "This is where it begins";
  }
  return groupSentence(event, by, who, whom, group);
}
