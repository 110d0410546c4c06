import { ArrowLeft, CloudOff, MessageSquareDashed } from "lucide-react";
import { useCallback, useRef, type ReactNode } from "react";
import type { ConversationDriver } from "@/features/conversation/api/driver";
import { useConversation, useDriver, useMarkRead } from "@/features/conversation/api/provider";
import { Composer } from "@/features/conversation/ui/Composer";
import styles from "@/features/conversation/ui/Conversation.module.css";
import { Timeline } from "@/features/conversation/ui/Timeline";
import type { ReadMarkView } from "@/shared/contracts/generated";
import { Avatar } from "@/shared/ui/Avatar";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { SkeletonTalk } from "@/shared/ui/Skeleton";

type ConversationViewProps = {
  chat: string;
  group: boolean;
  title: string;
  subtitle: string;
  /** Whose id colours the avatar. */
  face: string;
  readSeq: number;
  /** False where one can only read: `closedWords` says why. */
  writable: boolean;
  closedWords?: string | undefined;
  actions?: ReactNode;
  onBack: () => void;
  onRead: (mark: ReadMarkView) => void;
};

const FORMER = "You are not in this chat any more. You can read what was said while you were.";

/** One open chat. Give it the chat as `key`. */
export function ConversationView(props: ConversationViewProps): ReactNode {
  const { chat, group, title, subtitle, face, readSeq, actions, onBack } = props;
  const driver = useDriver(chat, readSeq);
  return (
    <section className={styles["pane"]} aria-label={title}>
      <header className={styles["head"]}>
        <span className={styles["back"]}>
          <IconButton label="Back to the list" onClick={onBack}>
            <ArrowLeft size={20} strokeWidth={1.75} />
          </IconButton>
        </span>
        <Avatar id={face} name={title} size={36} group={group} />
        <div className={styles["titles"]}>
          <h1 className={styles["title"]}>{title}</h1>
          <p className={styles["subtitle"]}>{subtitle}</p>
        </div>
        {actions}
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
  const { chat, group, readSeq, writable, onRead } = props;
  const state = useConversation(driver);
  const mark = useMarkRead(chat, onRead);
  const marked = useRef(readSeq);
  const seen = useCallback(
    (seq: number) => {
      if (seq <= marked.current) return;
      marked.current = seq;
      mark(seq);
    },
    [mark],
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
  const loading = state.status.kind === "opening" && state.records.length === 0;
  return (
    <>
      {loading ? (
        <SkeletonTalk label="Loading messages" />
      ) : (
        <Timeline state={state} driver={driver} group={group} onSeen={seen} />
      )}
      {writable && state.status.kind !== "gone" ? (
        <Composer chat={chat} />
      ) : (
        <p className={styles["closed"]}>
          <MessageSquareDashed size={18} strokeWidth={1.75} aria-hidden="true" />
          {state.status.kind === "gone" ? FORMER : (props.closedWords ?? FORMER)}
        </p>
      )}
    </>
  );
}
