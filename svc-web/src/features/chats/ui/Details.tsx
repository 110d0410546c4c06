import type { ReactNode } from "react";
import { useDetailsLive } from "@/features/chats/api/groups";
import { chatTitle } from "@/features/chats/model/list";
import styles from "@/features/chats/ui/Details.module.css";
import {
  GroupEnd,
  GroupPicture,
  HistorySetting,
  TaglineLine,
} from "@/features/chats/ui/GroupSettings";
import { Invites } from "@/features/chats/ui/Invites";
import { Keeping } from "@/features/chats/ui/Keeping";
import { Members } from "@/features/chats/ui/Members";
import { Webhooks } from "@/features/chats/ui/Webhooks";
import type { ChatView, PersonView } from "@/shared/contracts/generated";
import { ChatFace } from "@/shared/ui/Face";
import { SidePane } from "@/shared/ui/SidePane";

type DetailsProps = {
  chat: ChatView;
  me: string;
  /** People one is connected with: who can be added. */
  people: readonly PersonView[];
  onClose: () => void;
};

/** The chat's own page. Groups are changed here; the chat's own stream says what became of it. */
export function Details({ chat, me, people, onClose }: DetailsProps): ReactNode {
  const group = chat.kind === "group";
  const member = group && chat.role !== null;
  const admin = member && chat.role === "admin" && !chat.dismissed;
  return (
    <SidePane title="Details" close="Close details" onClose={onClose}>
      <div className={styles["scroll"]}>
        <div className={styles["who"]}>
          {admin ? (
            <GroupPicture chat={chat} />
          ) : (
            <ChatFace chat={chat} name={chatTitle(chat)} size={72} />
          )}
          <p className={styles["title"]}>{chatTitle(chat)}</p>
          {group || chat.partner?.deleted === true ? null : (
            <p className={styles["meta"]}>@{chat.partner?.username ?? ""}</p>
          )}
          {member ? <TaglineLine chat={chat} admin={admin} /> : null}
          {group && !member ? <p className={styles["meta"]}>You are not in this group.</p> : null}
        </div>
        {member ? <GroupParts chat={chat} me={me} admin={admin} people={people} /> : null}
        {chat.kind === "private" ? <PrivateParts chat={chat} me={me} people={people} /> : null}
        {member ? null : <Keeping chat={chat} admin={false} />}
      </div>
    </SidePane>
  );
}

/** What the two of a private chat share besides its messages; programs speak in it as long as they are connected. */
function PrivateParts({ chat, me, people }: Omit<DetailsProps, "onClose">): ReactNode {
  useDetailsLive(chat.chat);
  const { partner } = chat;
  if (partner === null || !people.some((one) => one.person === partner.person)) return null;
  const nameOf = (person: string): string => (person === me ? "you" : partner.name);
  return <Webhooks chat={chat.chat} nameOf={nameOf} />;
}

type GroupPartsProps = Omit<DetailsProps, "onClose"> & { admin: boolean };

function GroupParts({ chat, me, admin, people }: GroupPartsProps): ReactNode {
  useDetailsLive(chat.chat);
  return (
    <>
      <Members chat={chat} me={me} admin={admin} people={people} />
      {admin ? <HistorySetting chat={chat} /> : null}
      {admin ? <Invites chat={chat.chat} /> : null}
      {admin ? <Webhooks chat={chat.chat} /> : null}
      <Keeping chat={chat} admin={admin} />
      <GroupEnd chat={chat} me={me} admin={admin} />
    </>
  );
}
