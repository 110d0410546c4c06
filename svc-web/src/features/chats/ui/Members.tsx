import { useInfiniteQuery } from "@tanstack/react-query";
import { Ellipsis, Shield, ShieldOff, UserMinus, UserPlus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useAddMember, useRemoveMember } from "@/features/chats/api/chats";
import { membersQuery, useSetRole } from "@/features/chats/api/groups";
import styles from "@/features/chats/ui/Details.module.css";
import type { ChatView, MemberView, PersonView } from "@/shared/contracts/generated";
import { showPerson } from "@/shared/lib/who";
import { errorWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { Button, IconButton } from "@/shared/ui/Button";
import { Menu, MenuItem } from "@/shared/ui/Menu";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { PersonFace } from "@/shared/ui/Face";

type MembersProps = {
  chat: ChatView;
  me: string;
  /** Whether one may change who is in and as what. */
  admin: boolean;
  /** People one is connected with: who can be added. */
  people: readonly PersonView[];
};

/** Everybody in the group with their roles; admins add, remove, promote and demote here. */
export function Members({ chat, me, admin, people }: MembersProps): ReactNode {
  const pages = useInfiniteQuery(membersQuery(chat.chat));
  const add = useAddMember();
  const remove = useRemoveMember();
  const role = useSetRole(chat.chat);
  const [adding, setAdding] = useState(false);
  const members = pages.data?.pages.flatMap((page) => page.members) ?? [];
  const inside = new Set([...members, ...chat.members].map((member) => member.person));
  const outside = people.filter((person) => !inside.has(person.person));
  const problem = add.error ?? remove.error ?? role.error ?? pages.error;
  return (
    <section className={styles["section"]} aria-label="Members">
      <div className={styles["bar"]}>
        <h3>{chat.member_count === 1 ? "1 member" : `${chat.member_count} members`}</h3>
        {admin ? (
          <Button look="quiet" small onClick={() => setAdding(!adding)}>
            <UserPlus size={18} strokeWidth={1.75} />
            {adding ? "Done" : "Add"}
          </Button>
        ) : null}
      </div>
      {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
      {adding && outside.length === 0 ? (
        <p className={styles["meta"]}>All of your people are in this group.</p>
      ) : null}
      <ul>
        {adding
          ? outside.map((person) => (
              <li key={person.person} className={styles["member"]}>
                <PersonFace person={person.person} name={person.name} size={36} />
                <span className={styles["name"]}>
                  {person.name}
                  {person.bot ? <BotMark /> : null}
                </span>
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
        {members.map((member) => (
          <MemberRow
            key={member.person}
            member={member}
            mine={member.person === me}
            menu={admin && member.person !== me}
            onRole={(next) => role.mutate({ person: member.person, role: next })}
            onRemove={() => remove.mutate({ chat: chat.chat, person: member.person })}
          />
        ))}
      </ul>
      {pages.data === undefined && pages.error === null ? (
        <SkeletonRows count={Math.min(chat.member_count, 6)} label="Loading members" />
      ) : null}
      {pages.hasNextPage ? (
        <Button
          look="quiet"
          small
          busy={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </section>
  );
}

type MemberRowProps = {
  member: MemberView;
  mine: boolean;
  menu: boolean;
  onRole: (role: "admin" | "member") => void;
  onRemove: () => void;
};

function MemberRow({ member, mine, menu, onRole, onRemove }: MemberRowProps): ReactNode {
  const admin = member.role === "admin";
  return (
    <li className={styles["member"]} data-member={member.username}>
      <PersonFace person={member.person} name={member.name} size={36} />
      <button type="button" className={styles["name"]} onClick={() => showPerson(member.person)}>
        <span className="visually-hidden">Profile of </span>
        <span dir="auto">
          {mine ? `${member.name} (you)` : member.name}
          {member.bot ? <BotMark /> : null}
        </span>
        <small>{admin ? `@${member.username} · Admin` : `@${member.username}`}</small>
      </button>
      {menu ? (
        <Menu
          trigger={
            <IconButton label={`Change ${member.name}`} side="left">
              <Ellipsis size={20} strokeWidth={1.75} />
            </IconButton>
          }
        >
          <MenuItem
            icon={admin ? ShieldOff : Shield}
            onSelect={() => onRole(admin ? "member" : "admin")}
          >
            {admin ? "Remove as admin" : "Make admin"}
          </MenuItem>
          <MenuItem icon={UserMinus} danger onSelect={onRemove}>
            Remove from the group
          </MenuItem>
        </Menu>
      ) : null}
    </li>
  );
}
