import { useQuery } from "@tanstack/react-query";
import { Link2Off, UsersRound } from "lucide-react";
import type { ReactNode } from "react";
import { previewQuery, useJoin } from "@/features/chats/api/groups";
import { readLink, type InviteLink } from "@/features/chats/model/invite";
import styles from "@/features/chats/ui/JoinGroup.module.css";
import type { InvitePreview } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { Notice } from "@/shared/ui/Notice";
import { Spinner } from "@/shared/ui/Spinner";

type JoinGroupProps = {
  fragment: string;
  onOpen: (chat: string) => void;
  onBack: () => void;
};

/** Where an invite link leads: which group it is, and the one button. */
export function JoinGroup({ fragment, onOpen, onBack }: JoinGroupProps): ReactNode {
  const link = readLink(fragment);
  return link === null ? (
    <Broken words="The link is not complete. Copy all of it and try again." onBack={onBack} />
  ) : (
    <Asked key={link.secret} link={link} onOpen={onOpen} onBack={onBack} />
  );
}

function Asked({
  link,
  onOpen,
  onBack,
}: Omit<JoinGroupProps, "fragment"> & { link: InviteLink }): ReactNode {
  const preview = useQuery(previewQuery(link));
  if (preview.error) return <Broken words={errorWords(preview.error)} onBack={onBack} />;
  if (preview.data === undefined) {
    return (
      <div className={styles["wait"]} role="status" aria-label="Looking at the link">
        <Spinner />
      </div>
    );
  }
  return <Invitation link={link} group={preview.data} onOpen={onOpen} onBack={onBack} />;
}

function Invitation({
  link,
  group,
  onOpen,
  onBack,
}: Omit<JoinGroupProps, "fragment"> & { link: InviteLink; group: InvitePreview }): ReactNode {
  const join = useJoin();
  const name = group.name ?? "Group";
  const people = group.member_count === 1 ? "1 person" : `${group.member_count} people`;
  return (
    <section className={styles["card"]} aria-label="Invitation">
      <Avatar id={group.chat} name={name} size={72} group />
      <h1 className={styles["title"]}>{name}</h1>
      {group.tagline === "" ? null : <p className={styles["tagline"]}>{group.tagline}</p>}
      <p className={styles["meta"]}>
        <UsersRound size={16} strokeWidth={1.75} aria-hidden="true" />
        {people}
      </p>
      {join.error ? <Notice tone="danger">{errorWords(join.error)}</Notice> : null}
      <div className={styles["actions"]}>
        {group.member ? (
          <Button look="primary" wide onClick={() => onOpen(group.chat)}>
            Open the group
          </Button>
        ) : (
          <Button
            look="primary"
            wide
            busy={join.isPending}
            onClick={() => join.mutate(link, { onSuccess: ({ chat }) => onOpen(chat) })}
          >
            Join group
          </Button>
        )}
        <Button look="quiet" wide onClick={onBack}>
          Not now
        </Button>
      </div>
    </section>
  );
}

function Broken({ words, onBack }: { words: string; onBack: () => void }): ReactNode {
  return (
    <Empty icon={Link2Off} title="This link leads nowhere" words={words}>
      <Button onClick={onBack}>Back to your chats</Button>
    </Empty>
  );
}
