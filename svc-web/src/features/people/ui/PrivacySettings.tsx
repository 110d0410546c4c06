import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { blocksQuery, privacyQuery, useSavePrivacy } from "@/features/people/api/profiles";
import { PersonRow } from "@/features/people/ui/PeopleList";
import styles from "@/features/people/ui/Profile.module.css";
import { errorWords } from "@/shared/lib/words";
import { Choices } from "@/shared/ui/Choices";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

const AUDIENCES = [
  { value: "everyone", label: "Everyone" },
  { value: "second_degree", label: "People my connections know" },
  { value: "nobody", label: "Nobody" },
] as const;

const WATCHERS = [
  { value: "connections", label: "My connections" },
  { value: "nobody", label: "Nobody" },
] as const;

const READERS = [
  { value: "everyone", label: "Everyone in the same chat" },
  { value: "nobody", label: "Nobody" },
] as const;

/** What one allows others. Shown is what is saved, or what is being saved. */
export function PrivacySettings({ onChat }: { onChat: (person: string) => void }): ReactNode {
  const privacy = useQuery(privacyQuery);
  const blocks = useQuery(blocksQuery);
  const save = useSavePrivacy();
  if (privacy.data === undefined) {
    return privacy.error ? (
      <Notice tone="danger">{errorWords(privacy.error)}</Notice>
    ) : (
      <SkeletonRows count={3} label="Loading your settings" />
    );
  }
  const sent = save.isPending ? save.variables : {};
  const blocked = blocks.data ?? [];
  return (
    <>
      {save.error ? <Notice tone="danger">{errorWords(save.error)}</Notice> : null}
      <Choices
        label="Who may find you in search"
        hint="Your connections always find you."
        value={sent.findable ?? privacy.data.findable}
        options={AUDIENCES}
        onChange={(findable) => save.mutate({ findable })}
      />
      <Choices
        label="Who may ask to connect"
        hint="Requests that wait for your answer stay."
        value={sent.askable ?? privacy.data.askable}
        options={AUDIENCES}
        onChange={(askable) => save.mutate({ askable })}
      />
      <Choices
        label="Who sees when you are here"
        hint="If you hide it, you don’t see it of others either."
        value={sent.presence ?? privacy.data.presence}
        options={WATCHERS}
        onChange={(presence) => save.mutate({ presence })}
      />
      <Choices
        label="Who sees what you have got and read"
        hint="If you hide it, you don’t see it of others either."
        value={sent.receipts ?? privacy.data.receipts}
        options={READERS}
        onChange={(receipts) => save.mutate({ receipts })}
      />
      <p className={styles["meta"]} role="status">
        {save.isPending ? "Saving…" : save.isSuccess ? "Saved" : ""}
      </p>
      {blocked.length === 0 ? null : (
        <section className={styles["settings"]}>
          <h2>Blocked</h2>
          <ul>
            {blocked.map((person) => (
              <PersonRow key={person.person} person={person} onChat={onChat} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
