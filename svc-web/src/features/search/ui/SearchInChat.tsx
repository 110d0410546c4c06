import { useEffect, useRef, useState, type ReactNode } from "react";
import styles from "@/features/search/ui/Search.module.css";
import { SearchResults } from "@/features/search/ui/SearchResults";
import { useFoundKeys } from "@/shared/lib/searchKeys";
import { SearchField } from "@/shared/ui/SearchField";
import { SidePane } from "@/shared/ui/SidePane";

type SearchInChatProps = {
  chat: string;
  me: { person: string; username: string };
  message: number | null;
  /** Whose messages are covered here. */
  covered: ReadonlySet<string>;
  /** True where the panel covers the conversation: a hit that is opened closes it. */
  covers: () => boolean;
  onClose: () => void;
};

/** The search beside an open chat, in that chat alone. */
export function SearchInChat(props: SearchInChatProps): ReactNode {
  const { chat, me, message, covered, covers, onClose } = props;
  const [words, setWords] = useState("");
  const [now] = useState(() => Date.now());
  const root = useRef<HTMLElement>(null);
  useFoundKeys(root);
  useEffect(() => root.current?.querySelector("input")?.focus(), []);
  return (
    <SidePane root={root} title="Search in this chat" close="Close search" onClose={onClose}>
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
            coveredIn={() => covered}
            current={{ chat, seq: message }}
            onOpen={() => {
              if (covers()) onClose();
            }}
          />
        )}
      </div>
    </SidePane>
  );
}
