import { Check } from "lucide-react";
import { useState, type ReactNode } from "react";
import { chatTitle, filterChats } from "@/features/chats/model/list";
import styles from "@/features/chats/ui/NewChat.module.css";
import { limits, type ChatView } from "@/shared/contracts/generated";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { SearchField } from "@/shared/ui/SearchField";
import { ChatFace } from "@/shared/ui/Face";

type ForwardToProps = {
  chats: readonly ChatView[];
  onForward: (chats: readonly string[]) => void;
  onClose: () => void;
};

const MOST = limits.forwardChats;

/** Chooses the chats in which a message is said again. */
export function ForwardTo({ chats, onForward, onClose }: ForwardToProps): ReactNode {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = chats.filter((chat) => chat.role !== null && !chat.dismissed);
  const shown = filterChats(open, words);
  const full = chosen.size >= MOST;
  const pick = (chat: string): void => {
    const next = new Set(chosen);
    if (!next.delete(chat)) next.add(chat);
    setChosen(next);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Forward to"
      words="It goes without its author’s name and without the chat it comes from; files go along."
    >
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          onForward([...chosen]);
          onClose();
        }}
      >
        <div className={styles["top"]}>
          <SearchField label="Search your chats" value={words} onChange={setWords} />
        </div>
        <ul className={styles["people"]} aria-label="Your chats">
          {shown.map((chat) => (
            <li key={chat.chat}>
              <button
                type="button"
                className={styles["person"]}
                aria-pressed={chosen.has(chat.chat)}
                disabled={full && !chosen.has(chat.chat)}
                onClick={() => pick(chat.chat)}
              >
                <ChatFace chat={chat} name={chatTitle(chat)} size={36} />
                <span className={styles["names"]}>
                  <span className={styles["name"]}>{chatTitle(chat)}</span>
                  <span className={styles["username"]}>
                    {chat.partner === null ? people(chat) : `@${chat.partner.username}`}
                  </span>
                </span>
                <span className={styles["check"]} data-on={chosen.has(chat.chat)}>
                  <Check size={14} strokeWidth={3} aria-hidden="true" />
                </span>
              </button>
            </li>
          ))}
          {shown.length === 0 ? (
            <li className={styles["nobody"]}>
              {open.length === 0 ? "There is no chat to forward to yet." : "No chat has this name."}
            </li>
          ) : null}
        </ul>
        <footer className={styles["foot"]}>
          <span className={styles["count"]} aria-live="polite">
            {full ? `${MOST} chats, the most at once` : counted(chosen.size)}
          </span>
          <Button type="submit" look="primary" disabled={chosen.size === 0}>
            Forward
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function counted(chats: number): string {
  return chats === 1 ? "1 chat" : `${chats} chats`;
}

function people(chat: ChatView): string {
  return chat.member_count === 1 ? "1 person" : `${chat.member_count} people`;
}
