import type { UseQueryResult } from "@tanstack/react-query";
import { MessagesSquare, SearchX, SquarePen } from "lucide-react";
import { useEffect, useState, type CSSProperties, type ReactNode } from "react";
import { ConnectionLine } from "@/app/_shell/ConnectionLine";
import type { Place } from "@/app/_shell/place";
import { Resizer, useWidth } from "@/app/_shell/Resizer";
import styles from "@/app/_shell/Sidebar.module.css";
import { filterChats } from "@/features/chats/model/list";
import { ChatList } from "@/features/chats/ui/ChatList";
import { PeopleList } from "@/features/people/ui/PeopleList";
import type { ChatView } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { navigate } from "@/shared/lib/location";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
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
  return (
    <section
      className={styles["pane"]}
      style={{ "--width": `${width}px` } as CSSProperties}
      aria-label={inPeople ? "People" : "Chats"}
      data-hidden={place.kind === "settings" || place.kind === "security"}
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
          <SearchField label="Filter your chats" value={words} onChange={setWords} />
        )}
      </div>
      <ConnectionLine />
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
  if (chats.data === undefined) {
    return chats.error ? (
      <div className={styles["problem"]}>
        <Notice
          tone="danger"
          action={
            <Button look="quiet" small onClick={() => void chats.refetch()}>
              Try again
            </Button>
          }
        >
          {errorWords(chats.error)}
        </Notice>
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
  const shown = filterChats(chats.data, words);
  if (shown.length === 0) {
    return <Empty icon={SearchX} title="No such chat" words="No chat of yours has this name." />;
  }
  const current = place.kind === "chat" ? place.chat : null;
  return <ChatList chats={shown} me={me.person} current={current} now={now} />;
}

const MINUTE_MS = 60_000;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
