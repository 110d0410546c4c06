import { useQuery } from "@tanstack/react-query";
import { Ellipsis, MessageCircle, SearchX, UserMinus, UserPlus, Users, X } from "lucide-react";
import type { ReactNode } from "react";
import {
  connectionsQuery,
  findQuery,
  suggestionsQuery,
  useAccept,
  useAsk,
  useDisconnect,
} from "@/features/people/api/people";
import { circleOf, relationOf } from "@/features/people/model/people";
import styles from "@/features/people/ui/PeopleList.module.css";
import type { PersonView } from "@/shared/contracts/generated";
import { useSettled } from "@/shared/lib/useSettled";
import { showPerson } from "@/shared/lib/who";
import { errorWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { Menu, MenuItem } from "@/shared/ui/Menu";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { PersonFace } from "@/shared/ui/Face";

/** How long the words must stand still before they are looked for. */
const SEARCH_MS = 250;

type PeopleListProps = { words: string; onChat: (person: string) => void };

export function PeopleList({ words, onChat }: PeopleListProps): ReactNode {
  const wanted = useSettled(words.trim(), SEARCH_MS);
  return wanted === "" ? <Circle onChat={onChat} /> : <Found words={wanted} onChat={onChat} />;
}

function Found({ words, onChat }: PeopleListProps): ReactNode {
  const found = useQuery(findQuery(words));
  if (found.error) return <Problem error={found.error} onAgain={() => void found.refetch()} />;
  if (found.data === undefined) return <SkeletonRows count={4} label="Looking for people" />;
  const others = found.data.filter((person) => relationOf(person) !== "self");
  if (others.length === 0) {
    return (
      <Empty
        icon={SearchX}
        title="Nobody found"
        words="Try another part of the name or username."
      />
    );
  }
  return (
    <div className={styles["scroll"]}>
      <Section title="Found" people={others} onChat={onChat} />
    </div>
  );
}

function Circle({ onChat }: { onChat: (person: string) => void }): ReactNode {
  const connections = useQuery(connectionsQuery);
  const suggestions = useQuery(suggestionsQuery);
  if (connections.error && connections.data === undefined) {
    return <Problem error={connections.error} onAgain={() => void connections.refetch()} />;
  }
  if (connections.data === undefined) return <SkeletonRows count={6} label="Loading people" />;
  const suggested = suggestions.data ?? [];
  const { asking, connected, asked } = circleOf(connections.data);
  if (connections.data.length === 0 && suggested.length === 0) {
    return (
      <Empty
        icon={UserPlus}
        title="Find the people you know"
        words="Search for a name or username above and ask to connect. Once they accept, you can chat."
      />
    );
  }
  return (
    <div className={styles["scroll"]}>
      <Section title="Want to connect" people={asking} onChat={onChat} />
      <Section title="Your people" people={connected} onChat={onChat} />
      <Section title="Waiting for an answer" people={asked} onChat={onChat} />
      <Section title="People you may know" people={suggested} onChat={onChat} />
    </div>
  );
}

type SectionProps = {
  title: string;
  people: readonly PersonView[];
  onChat: (person: string) => void;
};

function Section({ title, people, onChat }: SectionProps): ReactNode {
  if (people.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={styles["heading"]}>{title}</h2>
      <ul>
        {people.map((person) => (
          <PersonRow key={person.person} person={person} onChat={onChat} />
        ))}
      </ul>
    </section>
  );
}

type PersonRowProps = { person: PersonView; onChat: (person: string) => void };

export function PersonRow({ person, onChat }: PersonRowProps): ReactNode {
  return (
    <li className={styles["row"]} data-person={person.username}>
      <PersonFace person={person.person} name={person.name} />
      <button type="button" className={styles["names"]} onClick={() => showPerson(person.person)}>
        <span className="visually-hidden">Profile of </span>
        <span className={styles["name"]} dir="auto">
          {person.name}
          {person.bot ? <BotMark /> : null}
        </span>
        <span className={styles["username"]}>
          @{person.username}
          {person.mutual > 0 ? ` · ${mutualWords(person.mutual)}` : null}
        </span>
      </button>
      <Relate person={person} onChat={onChat} />
    </li>
  );
}

function mutualWords(count: number): string {
  return count === 1 ? "1 of your people knows them" : `${count} of your people know them`;
}

type RelateProps = PersonRowProps & {
  /** On the person's page there is room for words, and for what else its menu offers. */
  more?: ReactNode;
};

/** What one can do with this person now, and what came of the last try. */
export function Relate({ person, onChat, more }: RelateProps): ReactNode {
  const ask = useAsk();
  const accept = useAccept();
  const end = useDisconnect();
  const problem = ask.error ?? accept.error ?? end.error;
  const busy = ask.isPending || accept.isPending || end.isPending;
  return (
    <span className={styles["actions"]}>
      {problem ? (
        <span className={styles["refused"]} role="alert">
          {errorWords(problem)}
        </span>
      ) : null}
      {choices(person, {
        busy,
        more,
        onChat: () => onChat(person.person),
        onAsk: () => ask.mutate(person.person),
        onAccept: () => accept.mutate(person.person),
        onEnd: () => end.mutate(person.person),
      })}
    </span>
  );
}

type Choices = {
  busy: boolean;
  more: ReactNode;
  onChat: () => void;
  onAsk: () => void;
  onAccept: () => void;
  onEnd: () => void;
};

function choices(person: PersonView, { busy, more, ...choose }: Choices): ReactNode {
  const words = more !== undefined;
  const menu = words ? <More person={person}>{more}</More> : null;
  switch (relationOf(person)) {
    case "self":
      return null;
    case "blocked":
      return (
        <>
          <span className={styles["state"]}>Blocked</span>
          {menu}
        </>
      );
    case "connected":
      return (
        <>
          {words ? (
            <Button look="primary" onClick={choose.onChat}>
              <MessageCircle size={18} strokeWidth={1.75} />
              Chat
            </Button>
          ) : (
            <IconButton label={`Chat with ${person.name}`} side="left" onClick={choose.onChat}>
              <MessageCircle size={20} strokeWidth={1.75} />
            </IconButton>
          )}
          <More person={person}>
            <MenuItem icon={UserMinus} danger={!words} onSelect={choose.onEnd}>
              Remove from your people
            </MenuItem>
            {more}
          </More>
        </>
      );
    case "asked":
      return (
        <>
          <span className={styles["state"]}>Asked</span>
          <IconButton
            label={`Take back what you asked ${person.name}`}
            side="left"
            disabled={busy}
            onClick={choose.onEnd}
          >
            <X size={20} strokeWidth={1.75} />
          </IconButton>
          {menu}
        </>
      );
    case "asking":
      return (
        <>
          <Button look="primary" small={!words} busy={busy} onClick={choose.onAccept}>
            Accept
          </Button>
          <IconButton
            label={`Decline ${person.name}`}
            side="left"
            disabled={busy}
            onClick={choose.onEnd}
          >
            <X size={20} strokeWidth={1.75} />
          </IconButton>
          {menu}
        </>
      );
    case "none":
      return (
        <>
          {person.askable ? (
            <Button
              look={words ? "primary" : "secondary"}
              small={!words}
              busy={busy}
              onClick={choose.onAsk}
            >
              Connect
            </Button>
          ) : (
            <span className={styles["state"]}>Takes no requests</span>
          )}
          {menu}
        </>
      );
  }
}

function More({ person, children }: { person: PersonView; children: ReactNode }): ReactNode {
  return (
    <Menu
      trigger={
        <IconButton label={`More about ${person.name}`} side="left">
          <Ellipsis size={20} strokeWidth={1.75} />
        </IconButton>
      }
    >
      {children}
    </Menu>
  );
}

function Problem({ error, onAgain }: { error: Error; onAgain: () => void }): ReactNode {
  return (
    <div className={styles["problem"]}>
      <LoadError error={error} onAgain={onAgain} />
    </div>
  );
}

/** What stands beside the list when no chat is open. */
export function PeopleHint(): ReactNode {
  return (
    <Empty
      icon={Users}
      title="People"
      words="Find somebody by name, ask to connect, and open a chat."
    />
  );
}
