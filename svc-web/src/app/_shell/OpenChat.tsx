import { useQueryClient } from "@tanstack/react-query";
import { MessageSquareOff, PanelRight, Search } from "lucide-react";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useTrouble, type Trouble } from "@/app/_shell/ConnectionLine";
import styles from "@/app/_shell/Shell.module.css";
import { chatsQuery, useChatView } from "@/features/chats/api/chats";
import { chatTitle, foldMark } from "@/features/chats/model/list";
import { useChangeOwn } from "@/features/chats/api/own";
import { ForwardTo } from "@/features/chats/ui/ForwardTo";
import { ChatMenu } from "@/features/chats/ui/ChatMenu";
import { Details } from "@/features/chats/ui/Details";
import type { Words } from "@/features/conversation/api/outbox";
import { useOutbox } from "@/features/conversation/api/provider";
import type { Named } from "@/features/conversation/model/mentions";
import type { MessageRow } from "@/features/conversation/model/rows";
import { ConversationView } from "@/features/conversation/ui/ConversationView";
import { useBlocked } from "@/features/people/api/profiles";
import { relationOf } from "@/features/people/model/people";
import { BlockedLine } from "@/features/people/ui/BlockedLine";
import { usePresence } from "@/features/people/api/presence";
import { Report } from "@/features/people/ui/Report";
import { SearchInChat } from "@/features/search/ui/SearchInChat";
import type { ChatView, PersonView } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { navigate } from "@/shared/lib/location";
import { useNames } from "@/shared/lib/names";
import { useNow } from "@/shared/lib/useNow";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { SkeletonTalk } from "@/shared/ui/Skeleton";

type OpenChatProps = {
  chat: string;
  chats: readonly ChatView[] | undefined;
  people: readonly PersonView[];
  /** The seq of a message to show, from a link. */
  message: number | null;
};

/** What is open beside the conversation. */
type Beside = "details" | "search" | null;

const NOBODY: ReadonlySet<string> = new Set();

/** Where a panel beside the conversation covers it. */
const COVERED = "(max-width: 1199px)";

const TROUBLES: Record<Trouble, string> = {
  waiting: "No connection",
  connecting: "Connecting…",
  refused: "Reload the page to go on",
};

/** The chat of the location: from the list, or asked for when the list doesn't have it. */
export function OpenChat({ chat, chats, people, message }: OpenChatProps): ReactNode {
  const { me } = useLive();
  const queries = useQueryClient();
  const trouble = useTrouble();
  const [beside, setBeside] = useState<Beside>(null);
  const { view, error } = useChatView(chat, chats);
  const presence = usePresence(view?.kind === "private" ? (view.partner?.person ?? null) : null);
  const outbox = useOutbox();
  const [forwarding, setForwarding] = useState<MessageRow | null>(null);
  const [reported, setReported] = useState<MessageRow | null>(null);
  const nameOf = useNames(reported === null ? [] : [reported.by]);
  const now = useNow();
  const blocked = useBlocked();
  const { mutate: changeOwn } = useChangeOwn();
  const onRead = useCallback(
    (seq: number) => {
      const known = queries.getQueryData(chatsQuery.queryKey);
      if (known === undefined) return;
      const folded = foldMark(known, chat, seq, null);
      if (folded !== null) queries.setQueryData(chatsQuery.queryKey, folded);
      const own = known.find((one) => one.chat === chat)?.own;
      if (own?.marked_unread) changeOwn({ chat, change: { marked_unread: false } });
    },
    [queries, chat, changeOwn],
  );
  const opened = useRef(false);
  const known = view !== undefined;
  const marked = view?.own?.marked_unread === true;
  useEffect(() => {
    if (!known || opened.current) return;
    opened.current = true;
    if (marked) changeOwn({ chat, change: { marked_unread: false } });
  }, [known, marked, changeOwn, chat]);
  if (view === undefined) {
    return error ? (
      <div className={styles["middle"]}>
        <Empty icon={MessageSquareOff} title="This chat can't be opened" words={errorWords(error)}>
          <Button onClick={() => navigate("/")}>Back to your chats</Button>
        </Empty>
      </div>
    ) : (
      <SkeletonTalk label="Loading the chat" />
    );
  }
  const toggleDetails = (): void => setBeside(beside === "details" ? null : "details");
  const group = view.kind === "group";
  const shut = view.partner !== null && relationOf(view.partner) === "blocked";
  return (
    <>
      <ConversationView
        chat={chat}
        group={group}
        title={chatTitle(view)}
        subtitle={trouble === null ? subtitleOf(view, presence) : TROUBLES[trouble]}
        face={view}
        readSeq={view.read_seq}
        writable={view.role !== null && !view.dismissed && !shut && view.partner?.deleted !== true}
        closedWords={closedWords(view)}
        blocked={group ? blocked : NOBODY}
        ignored={blocked}
        admin={group && view.role === "admin"}
        people={nameable(view, me.person)}
        message={message}
        onBack={() => navigate("/")}
        onDetails={toggleDetails}
        onRead={onRead}
        onForward={setForwarding}
        onReport={setReported}
        actions={
          <>
            {view.role === null ? null : (
              <IconButton
                label="Search in this chat"
                aria-pressed={beside === "search"}
                onClick={() => setBeside(beside === "search" ? null : "search")}
              >
                <Search size={20} strokeWidth={1.75} />
              </IconButton>
            )}
            <span className={styles["spare"]}>
              <IconButton
                label="Details"
                aria-pressed={beside === "details"}
                onClick={toggleDetails}
              >
                <PanelRight size={20} strokeWidth={1.75} />
              </IconButton>
            </span>
            <ChatMenu
              chat={view}
              now={now}
              label="More about this chat"
              onMarked={() => navigate("/")}
            />
          </>
        }
      />
      {forwarding?.seq == null ? null : (
        <ForwardTo
          chats={chats ?? []}
          onForward={(chosen) => {
            const { seq, body, files } = forwarding;
            if (seq === null) return;
            const from = { chat, message: seq };
            for (const one of chosen) outbox.forward(one, forwardedWords(body), from, files);
          }}
          onClose={() => setForwarding(null)}
        />
      )}
      {reported?.seq == null ? null : (
        <Report
          person={reported.by}
          name={nameOf(reported.by)}
          message={{ chat, target: reported.seq }}
          onClose={() => setReported(null)}
        />
      )}
      {beside === "details" ? (
        <Details chat={view} me={me.person} people={people} onClose={() => setBeside(null)} />
      ) : null}
      {beside === "search" && view.role !== null ? (
        <SearchInChat
          chat={chat}
          me={me}
          message={message}
          covered={group ? blocked : NOBODY}
          covers={() => window.matchMedia(COVERED).matches}
          onClose={() => setBeside(null)}
        />
      ) : null}
    </>
  );
}

/** Why one can only read; undefined for who isn't in the chat any more. */
function closedWords(chat: ChatView): ReactNode {
  if (chat.partner?.deleted === true) {
    return "This account was deleted. You can read what was said.";
  }
  if (chat.dismissed) return "This group was ended. You can read what was said.";
  if (chat.partner === null || relationOf(chat.partner) !== "blocked") return undefined;
  return <BlockedLine person={chat.partner} />;
}

/** Names stay in the text but call nobody: whom they meant may not be in the other chat. */
function forwardedWords(body: string): Words {
  return { body, replyTo: null, mentions: [], all: false, forwarded: true };
}

function subtitleOf(chat: ChatView, presence: string | null): string {
  if (chat.kind === "private") {
    if (chat.partner?.deleted === true) return "No longer here";
    const username = `@${chat.partner?.username ?? ""}`;
    return chat.partner?.bot === true ? `Bot · ${username}` : (presence ?? username);
  }
  if (chat.role === null) return "You left this group";
  return chat.member_count === 1 ? "1 person" : `${chat.member_count} people`;
}

/** Whom a message in this chat can name. */
function nameable(chat: ChatView, me: string): Named[] {
  const people: Named[] = chat.partner === null ? [...chat.members] : [chat.partner];
  return people.filter((one) => one.person !== me);
}
