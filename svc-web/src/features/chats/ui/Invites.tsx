import { useQuery } from "@tanstack/react-query";
import { Link2, Link2Off } from "lucide-react";
import { useState, type ReactNode } from "react";
import { invitesQuery, useMakeInvite, useRevokeInvite } from "@/features/chats/api/groups";
import styles from "@/features/chats/ui/Details.module.css";
import { MadeLink } from "@/features/chats/ui/MadeLink";
import type { InviteView } from "@/shared/contracts/generated";
import { absolute, upcoming } from "@/shared/lib/time";
import { useNow } from "@/shared/lib/useNow";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { Segmented } from "@/shared/ui/Segmented";

const DAY_SECONDS = 86_400;
const ENDS = [
  { value: "day", label: "1 day" },
  { value: "week", label: "7 days" },
  { value: "never", label: "No end" },
] as const;
const USES = [
  { value: "one", label: "1 person" },
  { value: "ten", label: "10" },
  { value: "any", label: "No limit" },
] as const;
const SECONDS = { day: DAY_SECONDS, week: 7 * DAY_SECONDS, never: null };
const COUNTS = { one: 1, ten: 10, any: null };

/** Links that let people in, for admins. A link is shown once, when it is made. */
export function Invites({ chat }: { chat: string }): ReactNode {
  const invites = useQuery(invitesQuery(chat));
  const make = useMakeInvite(chat);
  const revoke = useRevokeInvite(chat);
  const [open, setOpen] = useState(false);
  const [end, setEnd] = useState<keyof typeof SECONDS>("week");
  const [count, setCount] = useState<keyof typeof COUNTS>("ten");
  const now = useNow();
  const problem = make.error ?? revoke.error ?? invites.error;
  return (
    <section className={styles["section"]} aria-label="Invite links">
      <div className={styles["bar"]}>
        <h3>Invite links</h3>
        <Button look="quiet" small aria-expanded={open} onClick={() => setOpen(!open)}>
          <Link2 size={18} strokeWidth={1.75} />
          {open ? "Done" : "New link"}
        </Button>
      </div>
      {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
      {open ? (
        <div className={styles["form"]}>
          <span className={styles["label"]}>Works for</span>
          <Segmented label="Works for" value={end} options={ENDS} onChange={setEnd} />
          <span className={styles["label"]}>Lets in</span>
          <Segmented label="Lets in" value={count} options={USES} onChange={setCount} />
          <Button
            look="primary"
            wide
            busy={make.isPending}
            onClick={() => make.mutate({ seconds: SECONDS[end], uses: COUNTS[count] })}
          >
            Make link
          </Button>
          {make.data === undefined ? null : (
            <MadeLink key={make.data} label="The new link" link={make.data} />
          )}
        </div>
      ) : null}
      <ul>
        {(invites.data ?? []).map((invite) => (
          <li key={invite.invite} className={styles["member"]}>
            <span className={styles["name"]}>
              {usesWords(invite)}
              {invite.expires_at === null ? (
                <small>No end</small>
              ) : (
                <small title={absolute(invite.expires_at)}>
                  Until {upcoming(invite.expires_at, now)}
                </small>
              )}
            </span>
            <IconButton
              label="Revoke this link"
              side="left"
              onClick={() => revoke.mutate(invite.invite)}
            >
              <Link2Off size={20} strokeWidth={1.75} />
            </IconButton>
          </li>
        ))}
      </ul>
      {invites.data?.length === 0 && !open ? (
        <p className={styles["meta"]}>Nobody can join by a link.</p>
      ) : null}
    </section>
  );
}

function usesWords({ uses_left: left }: InviteView): string {
  if (left === null) return "For anybody who has it";
  return left === 1 ? "For 1 more person" : `For ${left} more people`;
}
