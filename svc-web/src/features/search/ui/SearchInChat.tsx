import { X } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import styles from "@/features/search/ui/Search.module.css";
import { SearchResults } from "@/features/search/ui/SearchResults";
import { useFoundKeys } from "@/shared/lib/searchKeys";
import { IconButton } from "@/shared/ui/Button";
import { SearchField } from "@/shared/ui/SearchField";

type SearchInChatProps = {
  chat: string;
  me: { person: string; username: string };
  message: number | null;
  /** True where the panel covers the conversation: a hit that is opened closes it. */
  covers: () => boolean;
  onClose: () => void;
};

/** The search beside an open chat, in that chat alone. */
export function SearchInChat({ chat, me, message, covers, onClose }: SearchInChatProps): ReactNode {
  const [words, setWords] = useState("");
  const [now] = useState(() => Date.now());
  const root = useRef<HTMLElement>(null);
  useFoundKeys(root);
  useEffect(() => root.current?.querySelector("input")?.focus(), []);
  return (
    <aside ref={root} className={styles["pane"]} aria-label="Search in this chat">
      <header className={styles["head"]}>
        <h2>Search in this chat</h2>
        <IconButton label="Close search" side="left" onClick={onClose}>
          <X size={20} strokeWidth={1.75} />
        </IconButton>
      </header>
      <div className={styles["field"]}>
        <SearchField label="Words in this chat" value={words} onChange={setWords} max={200} />
      </div>
      <div className={styles["scroll"]}>
        {words.trim() === "" ? (
          <p className={styles["hint"]}>
            Words find messages in any place. Narrow with from:name, after:2026-01-31,
            before:2026-02-28 or a phrase in quotes.
          </p>
        ) : (
          <SearchResults
            words={words}
            chat={chat}
            me={me}
            now={now}
            current={{ chat, seq: message }}
            onOpen={() => {
              if (covers()) onClose();
            }}
          />
        )}
      </div>
    </aside>
  );
}
