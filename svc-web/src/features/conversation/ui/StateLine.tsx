import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/StateLine.module.css";
import type { EventRecord } from "@/shared/contracts/generated";
import { groupSentence } from "@/shared/lib/happenings";
import { absolute } from "@/shared/lib/time";

type StateLineProps = { record: EventRecord; me: string; nameOf: (person: string) => string };

/** What happened to the chat, quietly. */
export function StateLine({ record, me, nameOf }: StateLineProps): ReactNode {
  const words = sentence(record, me, nameOf);
  return words === null ? null : (
    <p className={styles["line"]} title={absolute(record.at)}>
      {words}
    </p>
  );
}

function sentence(
  { by, event }: EventRecord,
  me: string,
  nameOf: (person: string) => string,
): string | null {
  const who = by === me ? "You" : nameOf(by);
  const whom = (person: string): string => (person === me ? "you" : nameOf(person));
  if (event.tag === "chat.created") {
    return event.kind === "group" ? `${who} made this group` : "This is where it begins";
  }
  return groupSentence(event, by, who, whom);
}
