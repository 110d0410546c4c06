import type { UseQueryResult } from "@tanstack/react-query";
import { Archive, ArrowLeft, MessagesSquare, SquarePen } from "lucide-react";
import { useRef, useState, type CSSProperties, type ReactNode } from "react";
import { ConnectionLine } from "@/app/_shell/ConnectionLine";
import { ErasureLine } from "@/app/_shell/ErasureLine";
import { inSettings, type Place } from "@/app/_shell/place";
import { Resizer, useWidth } from "@/app/_shell/Resizer";
import styles from "@/app/_shell/Sidebar.module.css";
import { chatTitle, filterChats } from "@/features/chats/model/list";
import { isArchived, pinnedFirst } from "@/features/chats/model/own";
import { ChatList, ChatRow } from "@/features/chats/ui/ChatList";
import { useBlocked } from "@/features/people/api/profiles";
import { PeopleList } from "@/features/people/ui/PeopleList";
import { SearchResults } from "@/features/search/ui/SearchResults";
import type { ChatView } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { navigate } from "@/shared/lib/location";
import { useFoundKeys, useSearchKey } from "@/shared/lib/searchKeys";
import { useNow } from "@/shared/lib/useNow";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { Notice } from "@/shared/ui/Notice";
import { SearchField } from "@/shared/ui/SearchField";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type SidebarProps = {
  place: Place;
  chats: UseQueryResult<ChatView[]>;
  /** Why a chat with somebody could not be opened. */
  problem: Error | null;
  onNew: () => void;
  onChat: (person: string) => void;
};

/** The list beside what is open: chats or people. */
export function Sidebar({ place, chats, problem, onNew, onChat }: SidebarProps): ReactNode {
  const inPeople = place.kind === "people";
  const [width, setWidth] = useWidth();
  const [words, setWords] = useState("");
  const [peopleWords, setPeopleWords] = useState("");
  const root = useRef<HTMLElement>(null);
  useSearchKey(root);
  useFoundKeys(root);
  return (
    <section
      ref={root}
      className={styles["pane"]}
      style={{ "--width": `${width}px` } as CSSProperties}
      aria-label={inPeople ? "People" : "Chats"}
      data-hidden={inSettings(place)}
    >
      <header className={styles["head"]}>
        <h1>{inPeople ? "People" : "Chats"}</h1>
        {inPeople ? null : (
          <IconButton label="New chat" onClick={onNew}>
            <SquarePen size={20} strokeWidth={1.75} />
          </IconButton>
        )}
      </header>
      <div className={styles["search"]}>
        {inPeople ? (
          <SearchField label="Name or username" value={peopleWords} onChange={setPeopleWords} />
        ) : (
          <SearchField
            label="Search chats and messages"
            value={words}
            onChange={setWords}
            max={200}
          />
        )}
      </div>
      <ConnectionLine />
      <ErasureLine />
      {inPeople ? (
        <>
          {problem ? (
            <div className={styles["problem"]}>
              <Notice tone="danger">{errorWords(problem)}</Notice>
            </div>
          ) : null}
          <PeopleList words={peopleWords} onChat={onChat} />
        </>
      ) : (
        <Chats place={place} chats={chats} words={words} onNew={onNew} />
      )}
      <Resizer width={width} onWidth={setWidth} />
    </section>
  );
}

type ChatsProps = Pick<SidebarProps, "place" | "chats" | "onNew"> & { words: string };

function Chats({ place, chats, words, onNew }: ChatsProps): ReactNode {
  const { me } = useLive();
  const now = useNow();
  const blocked = useBlocked();
  const [inArchive, setInArchive] = useState(false);
  if (chats.data === undefined) {
    return chats.error ? (
      <div className={styles["problem"]}>
        <LoadError error={chats.error} onAgain={() => void chats.refetch()} />
      </div>
    ) : (
      <SkeletonRows count={8} label="Loading chats" />
    );
  }
  if (chats.data.length === 0) {
    return (
      <Empty
        icon={MessagesSquare}
        title="No chats yet"
        words="Connect with people you know, then start a chat or a group."
      >
        <Button look="primary" onClick={() => navigate("/people")}>
          Find people
        </Button>
        <Button onClick={onNew}>New chat</Button>
      </Empty>
    );
  }
  if (words.trim() !== "") {
    return <Found place={place} chats={chats.data} words={words} now={now} />;
  }
  const archived = chats.data.filter((chat) => isArchived(chat, now));
  // Nobody is led there by the next chat that is archived.
  if (inArchive && archived.length === 0) setInArchive(false);
  const archive = inArchive && archived.length > 0;
  const shown = archive ? archived : chats.data.filter((chat) => !isArchived(chat, now));
  const current = place.kind === "chat" ? place.chat : null;
  return (
    <>
      {archived.length === 0 ? null : (
        <button type="button" className={styles["archive"]} onClick={() => setInArchive(!archive)}>
          {archive ? (
            <ArrowLeft size={20} strokeWidth={1.75} aria-hidden="true" />
          ) : (
            <Archive size={20} strokeWidth={1.75} aria-hidden="true" />
          )}
          <span>{archive ? "Back to your chats" : "Archived"}</span>
          {archive ? null : <small>{archived.length}</small>}
        </button>
      )}
      {shown.length === 0 ? (
        <Empty
          icon={MessagesSquare}
          title="All chats are archived"
          words="A new message brings a chat back."
        />
      ) : (
        <ChatList
          chats={pinnedFirst(shown)}
          me={me.person}
          current={current}
          now={now}
          blocked={blocked}
        />
      )}
    </>
  );
}

const NOBODY: ReadonlySet<string> = new Set();

/** Chats by name that are shown above the messages. */
const NAMED_CHATS = 5;

type FoundProps = { place: Place; chats: readonly ChatView[]; words: string; now: number };

/** What the words find: chats by name, then messages. */
function Found({ place, chats, words, now }: FoundProps): ReactNode {
  const { me } = useLive();
  const blocked = useBlocked();
  const named = filterChats(chats, words).slice(0, NAMED_CHATS);
  const titles = new Map(chats.map((chat) => [chat.chat, chatTitle(chat)]));
  const groups = new Set(chats.filter((one) => one.kind === "group").map((one) => one.chat));
  const open = place.kind === "chat" ? place : null;
  return (
    <div className={styles["found"]}>
      {named.length === 0 ? null : (
        <>
          <h2 className={styles["heading"]}>Chats</h2>
          <ul aria-label="Chats found">
            {named.map((chat) => (
              <li key={chat.chat} className={styles["named"]}>
                <ChatRow
                  chat={chat}
                  me={me.person}
                  now={now}
                  blocked={blocked}
                  current={open?.chat === chat.chat && open.message === null}
                />
              </li>
            ))}
          </ul>
        </>
      )}
      <h2 className={styles["heading"]}>Messages</h2>
      <SearchResults
        words={words}
        chat={null}
        me={me}
        now={now}
        coveredIn={(chat) => (groups.has(chat) ? blocked : NOBODY)}
        titleOf={(chat) => titles.get(chat) ?? "Chat"}
        current={open === null ? null : { chat: open.chat, seq: open.message }}
      />
    </div>
  );
}
