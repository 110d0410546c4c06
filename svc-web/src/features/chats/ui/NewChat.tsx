import { Check, User, Users } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useCreateChat } from "@/features/chats/api/chats";
import styles from "@/features/chats/ui/NewChat.module.css";
import { limits, type PersonView } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { SearchField } from "@/shared/ui/SearchField";
import { Segmented } from "@/shared/ui/Segmented";
import { PersonFace } from "@/shared/ui/Face";

type NewChatProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** People one is connected with. */
  people: readonly PersonView[];
  onMade: (chat: string) => void;
  onFindPeople: () => void;
};

const KINDS = [
  { value: "private", label: "Private chat", icon: User },
  { value: "group", label: "Group", icon: Users },
] as const;

export function NewChat({ open, onOpenChange, ...rest }: NewChatProps): ReactNode {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="New chat">
      <Form {...rest} />
    </Dialog>
  );
}

type FormProps = Omit<NewChatProps, "open" | "onOpenChange">;

function Form({ people, onMade, onFindPeople }: FormProps): ReactNode {
  const create = useCreateChat();
  const [kind, setKind] = useState<"private" | "group">("private");
  const [name, setName] = useState("");
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const made = { onSuccess: ({ chat }: { chat: string }) => onMade(chat) };

  const pick = (person: string): void => {
    if (kind === "private") {
      create.mutate({ kind, members: [person] }, made);
      return;
    }
    const next = new Set(chosen);
    if (!next.delete(person)) next.add(person);
    setChosen(next);
  };
  const ready = name.trim() !== "" && chosen.size > 0 && chosen.size <= limits.createMembers;
  const wanted = words.trim().toLowerCase();
  const shown = people.filter((one) =>
    `${one.name} ${one.username}`.toLowerCase().includes(wanted),
  );
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) create.mutate({ kind, name: name.trim(), members: [...chosen] }, made);
      }}
    >
      <div className={styles["top"]}>
        <Segmented label="Kind of chat" value={kind} options={KINDS} onChange={setKind} />
        {create.error ? <Notice tone="danger">{errorWords(create.error)}</Notice> : null}
        {kind === "group" ? (
          <Field
            label="Name of the group"
            hint="Everybody in the group sees it."
            value={name}
            maxLength={limits.chatNameChars}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        ) : null}
        <SearchField label="Search your people" value={words} onChange={setWords} />
      </div>
      <ul className={styles["people"]} aria-label="Your people">
        {shown.map((person) => (
          <li key={person.person}>
            <button
              type="button"
              className={styles["person"]}
              disabled={create.isPending}
              {...(kind === "group" ? { "aria-pressed": chosen.has(person.person) } : {})}
              onClick={() => pick(person.person)}
            >
              <PersonFace person={person.person} name={person.name} size={36} />
              <span className={styles["names"]}>
                <span className={styles["name"]}>
                  {person.name}
                  {person.bot ? <BotMark /> : null}
                </span>
                <span className={styles["username"]}>@{person.username}</span>
              </span>
              {kind === "group" ? (
                <span className={styles["check"]} data-on={chosen.has(person.person)}>
                  <Check size={14} strokeWidth={3} aria-hidden="true" />
                </span>
              ) : null}
            </button>
          </li>
        ))}
        {shown.length === 0 ? (
          <li className={styles["nobody"]}>
            {people.length === 0
              ? "You can chat with people once you are connected."
              : "Nobody among your people has this name."}
            <Button look="quiet" small onClick={onFindPeople}>
              Find people
            </Button>
          </li>
        ) : null}
      </ul>
      {kind === "group" ? (
        <footer className={styles["foot"]}>
          <span className={styles["count"]}>
            {chosen.size === 1 ? "1 person" : `${chosen.size} people`}
          </span>
          <Button type="submit" look="primary" disabled={!ready} busy={create.isPending}>
            Make group
          </Button>
        </footer>
      ) : null}
    </form>
  );
}
