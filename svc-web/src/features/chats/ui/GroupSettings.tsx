import { LogOut, Pencil, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useRemoveMember } from "@/features/chats/api/chats";
import {
  useDismiss,
  useSetHistory,
  useSetPicture,
  useSetTagline,
} from "@/features/chats/api/groups";
import { chatTitle } from "@/features/chats/model/list";
import styles from "@/features/chats/ui/Details.module.css";
import { limits, type ChatView } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { ChatFace } from "@/shared/ui/Face";
import { PictureChooser } from "@/shared/ui/PictureChooser";
import { Segmented } from "@/shared/ui/Segmented";

/** The group's picture, which its admins change. */
export function GroupPicture({ chat }: { chat: ChatView }): ReactNode {
  const { mutateAsync } = useSetPicture(chat.chat);
  return (
    <PictureChooser has={chat.picture !== null} onSet={mutateAsync}>
      <ChatFace chat={chat} name={chatTitle(chat)} size={72} />
    </PictureChooser>
  );
}

/** What the group is about, in one line; admins change it in place. */
export function TaglineLine({ chat, admin }: { chat: ChatView; admin: boolean }): ReactNode {
  const set = useSetTagline(chat.chat);
  const [words, setWords] = useState<string | null>(null);
  if (words === null) {
    return (
      <>
        {chat.tagline === "" ? null : <p className={styles["tagline"]}>{chat.tagline}</p>}
        {admin ? (
          <Button look="quiet" small onClick={() => setWords(chat.tagline)}>
            <Pencil size={16} strokeWidth={1.75} />
            {chat.tagline === "" ? "Say what it is about" : "Change"}
          </Button>
        ) : null}
      </>
    );
  }
  return (
    <form
      className={styles["edit"]}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate(words.trim(), { onSuccess: () => setWords(null) });
      }}
    >
      <Field
        label="What the group is about"
        hint="One line. Everybody in the group sees it."
        error={set.error ? errorWords(set.error) : undefined}
        value={words}
        maxLength={limits.taglineChars}
        autoComplete="off"
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setWords(null);
        }}
      />
      <div className={styles["row"]}>
        <Button small onClick={() => setWords(null)}>
          Cancel
        </Button>
        <Button small look="primary" type="submit" busy={set.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

const HISTORIES = [
  { value: "from_join", label: "What follows" },
  { value: "all", label: "Everything" },
] as const;

/** How much of the group those see who come in. */
export function HistorySetting({ chat }: { chat: ChatView }): ReactNode {
  const set = useSetHistory(chat.chat);
  return (
    <section className={styles["section"]} aria-label="New members see">
      <h3 className={styles["heading"]}>New members see</h3>
      <Segmented
        label="New members see"
        value={set.isPending ? set.variables : chat.history}
        options={HISTORIES}
        onChange={(history) => set.mutate(history)}
      />
      {set.error ? <Notice tone="danger">{errorWords(set.error)}</Notice> : null}
    </section>
  );
}

/** Leaving, and for admins the end of the group; both ask once more. */
export function GroupEnd({
  chat,
  me,
  admin,
}: {
  chat: ChatView;
  me: string;
  admin: boolean;
}): ReactNode {
  const remove = useRemoveMember();
  const dismiss = useDismiss(chat.chat);
  const [asked, setAsked] = useState<"leave" | "end" | null>(null);
  const problem = remove.error ?? dismiss.error;
  const done = { onSuccess: () => setAsked(null) };
  return (
    <section className={styles["section"]} aria-label="Leave or end">
      <Button look="danger" wide onClick={() => setAsked("leave")}>
        <LogOut size={18} strokeWidth={1.75} />
        Leave group
      </Button>
      {admin ? (
        <Button look="danger" wide onClick={() => setAsked("end")}>
          <Trash2 size={18} strokeWidth={1.75} />
          End group
        </Button>
      ) : null}
      <Dialog
        open={asked !== null}
        onOpenChange={(open) => {
          if (!open) setAsked(null);
        }}
        title={asked === "end" ? "End this group?" : "Leave this group?"}
        words={
          asked === "end"
            ? "Nobody can write in it any more. Everybody can still read what was said. This can’t be undone."
            : leaveWords(chat, admin)
        }
      >
        <div className={styles["asked"]}>
          {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
          <div className={styles["row"]}>
            <Button onClick={() => setAsked(null)}>Cancel</Button>
            <Button
              look="danger"
              busy={remove.isPending || dismiss.isPending}
              onClick={() => {
                if (asked === "end") dismiss.mutate(undefined, done);
                else remove.mutate({ chat: chat.chat, person: me }, done);
              }}
            >
              {asked === "end" ? "End group" : "Leave group"}
            </Button>
          </div>
        </div>
      </Dialog>
    </section>
  );
}

function leaveWords(chat: ChatView, admin: boolean): string {
  const keep = "You can still read what was said until now.";
  return admin && chat.member_count > 1
    ? `${keep} If you are its only admin, who is in it for longest becomes one.`
    : keep;
}
