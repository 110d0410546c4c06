import { LogOut, UserMinus, UserPlus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useAddMember, useRemoveMember } from "@/features/chats/api/chats";
import { chatTitle } from "@/features/chats/model/list";
import styles from "@/features/chats/ui/Details.module.css";
import type { ChatView, PersonView } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";
import { Button, IconButton } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type DetailsProps = {
  chat: ChatView;
  me: string;
  /** People one is connected with: who can be added. */
  people: readonly PersonView[];
  onClose: () => void;
};

/** Who is in the chat. Members are added and removed here; the chat's own stream says what became of it. */
export function Details({ chat, me, people, onClose }: DetailsProps): ReactNode {
  const add = useAddMember();
  const remove = useRemoveMember();
  const [adding, setAdding] = useState(false);
  const group = chat.kind === "group";
  const admin = group && chat.role === "admin";
  const inside = new Set(chat.members.map((member) => member.person));
  const outside = people.filter((person) => !inside.has(person.person));
  const problem = add.error ?? remove.error;
  return (
    <aside className={styles["pane"]} aria-label="Details">
      <header className={styles["head"]}>
        <h2>Details</h2>
        <IconButton label="Close details" side="left" onClick={onClose}>
          <X size={20} strokeWidth={1.75} />
        </IconButton>
      </header>
      <div className={styles["scroll"]}>
        <div className={styles["who"]}>
          <Avatar
            id={chat.partner?.person ?? chat.chat}
            name={chatTitle(chat)}
            size={72}
            group={group}
          />
          <p className={styles["title"]}>{chatTitle(chat)}</p>
          <p className={styles["meta"]}>
            {group ? peopleWords(chat.member_count) : `@${chat.partner?.username ?? ""}`}
          </p>
        </div>
        {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
        {group ? (
          <section className={styles["section"]} aria-label="Members">
            <div className={styles["bar"]}>
              <h3>Members</h3>
              {admin ? (
                <Button look="quiet" small onClick={() => setAdding(!adding)}>
                  <UserPlus size={18} strokeWidth={1.75} />
                  {adding ? "Done" : "Add"}
                </Button>
              ) : null}
            </div>
            {adding && outside.length === 0 ? (
              <p className={styles["meta"]}>All of your people are in this group.</p>
            ) : null}
            <ul>
              {adding
                ? outside.map((person) => (
                    <li key={person.person} className={styles["member"]}>
                      <Avatar id={person.person} name={person.name} size={36} />
                      <span className={styles["name"]}>{person.name}</span>
                      <Button
                        small
                        busy={add.isPending && add.variables.person === person.person}
                        onClick={() => add.mutate({ chat: chat.chat, person: person.person })}
                      >
                        Add
                      </Button>
                    </li>
                  ))
                : null}
              {chat.members.map((member) => (
                <li key={member.person} className={styles["member"]}>
                  <Avatar id={member.person} name={member.name} size={36} />
                  <span className={styles["name"]}>
                    {member.person === me ? `${member.name} (you)` : member.name}
                    {member.role === "admin" ? <small>Admin</small> : null}
                  </span>
                  {admin && member.person !== me ? (
                    <IconButton
                      label={`Remove ${member.name}`}
                      side="left"
                      onClick={() => remove.mutate({ chat: chat.chat, person: member.person })}
                    >
                      <UserMinus size={20} strokeWidth={1.75} />
                    </IconButton>
                  ) : null}
                </li>
              ))}
            </ul>
            {chat.member_count > chat.members.length ? (
              <p className={styles["meta"]}>
                and {chat.member_count - chat.members.length} more people
              </p>
            ) : null}
          </section>
        ) : null}
        {group && chat.role !== null ? (
          <Button
            look="danger"
            wide
            busy={remove.isPending && remove.variables.person === me}
            onClick={() => remove.mutate({ chat: chat.chat, person: me })}
          >
            <LogOut size={18} strokeWidth={1.75} />
            Leave group
          </Button>
        ) : null}
      </div>
    </aside>
  );
}

function peopleWords(count: number): string {
  return count === 1 ? "1 person" : `${count} people`;
}
