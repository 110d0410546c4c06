import { useQuery } from "@tanstack/react-query";
import { MessageCircle, SearchX, UserPlus, Users } from "lucide-react";
import { useDeferredValue, type ReactNode } from "react";
import { connectionsQuery, findQuery, useAccept, useAsk } from "@/features/people/api/people";
import { circleOf, relationOf } from "@/features/people/model/people";
import styles from "@/features/people/ui/PeopleList.module.css";
import type { PersonView } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";
import { Button, IconButton } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type PeopleListProps = { words: string; onChat: (person: string) => void };

export function PeopleList({ words, onChat }: PeopleListProps): ReactNode {
  const wanted = useDeferredValue(words.trim());
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
  if (connections.error && connections.data === undefined) {
    return <Problem error={connections.error} onAgain={() => void connections.refetch()} />;
  }
  if (connections.data === undefined) return <SkeletonRows count={6} label="Loading people" />;
  const { asking, connected, asked } = circleOf(connections.data);
  if (connections.data.length === 0) {
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
      <Avatar id={person.person} name={person.name} />
      <span className={styles["names"]}>
        <span className={styles["name"]}>{person.name}</span>
        <span className={styles["username"]}>@{person.username}</span>
      </span>
      <Relate person={person} onChat={onChat} />
    </li>
  );
}

/** What one can do with this person now. */
function Relate({ person, onChat }: PersonRowProps): ReactNode {
  const ask = useAsk();
  const accept = useAccept();
  const problem = ask.error ?? accept.error;
  switch (relationOf(person)) {
    case "self":
      return null;
    case "connected":
      return (
        <IconButton
          label={`Chat with ${person.name}`}
          side="left"
          onClick={() => onChat(person.person)}
        >
          <MessageCircle size={20} strokeWidth={1.75} />
        </IconButton>
      );
    case "asked":
      return <span className={styles["state"]}>Asked</span>;
    case "asking":
      return (
        <Button
          look="primary"
          small
          busy={accept.isPending}
          title={problem ? errorWords(problem) : undefined}
          onClick={() => accept.mutate(person.person)}
        >
          {problem ? "Try again" : "Accept"}
        </Button>
      );
    case "none":
      return (
        <Button
          small
          busy={ask.isPending}
          title={problem ? errorWords(problem) : undefined}
          onClick={() => ask.mutate(person.person)}
        >
          {problem ? "Try again" : "Connect"}
        </Button>
      );
  }
}

function Problem({ error, onAgain }: { error: Error; onAgain: () => void }): ReactNode {
  return (
    <div className={styles["problem"]}>
      <Notice
        tone="danger"
        action={
          <Button look="quiet" small onClick={onAgain}>
            Try again
          </Button>
        }
      >
        {errorWords(error)}
      </Notice>
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
