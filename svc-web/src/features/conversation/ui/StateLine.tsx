import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/StateLine.module.css";
import type { EventRecord } from "@/shared/contracts/generated";
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
  switch (event.tag) {
    case "chat.created":
      return event.kind === "group" ? `${who} made this group` : "This is where it begins";
    case "member.added":
      return event.person === by ? `${who} joined` : `${who} added ${whom(event.person)}`;
    case "member.removed":
      return event.person === by ? `${who} left` : `${who} removed ${whom(event.person)}`;
    case "chat.renamed":
      return `${who} named the group “${event.name}”`;
    case "message.created":
    case "chat.joined":
    case "chat.left":
    case "connection.changed":
      return null;
  }
}
