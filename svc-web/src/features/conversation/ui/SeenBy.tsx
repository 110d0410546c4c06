import { EyeOff } from "lucide-react";
import type { ReactNode } from "react";
import { useSeenBy } from "@/features/conversation/api/receipts";
import styles from "@/features/conversation/ui/SeenBy.module.css";
import type { SeenBy as Reader } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { useNow } from "@/shared/lib/useNow";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { LoadError } from "@/shared/ui/LoadError";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { PersonFace } from "@/shared/ui/Face";

type SeenByProps = { chat: string; target: number; onClose: () => void };

/** Who has seen a message, and when. */
export function SeenBy({ chat, target, onClose }: SeenByProps): ReactNode {
  const { view, people, error, more, busy, next, again } = useSeenBy(chat, target);
  const now = useNow();
  return (
    <Dialog open onOpenChange={onClose} title="Seen by">
      <div className={styles["panel"]}>
        <LoadError error={error} onAgain={again} />
        {view === undefined && !error ? (
          <SkeletonRows count={3} label="Loading who has seen it" />
        ) : null}
        {view?.told === false ? (
          <p className={styles["none"]}>
            <EyeOff size={18} strokeWidth={1.75} aria-hidden="true" />
            You hide what you have read, so you don’t see it of others either.
          </p>
        ) : null}
        {view?.told === true ? <p className={styles["sum"]}>{sumWords(view)}</p> : null}
        {people.length > 0 ? (
          <ul className={styles["list"]}>
            {people.map((one) => (
              <li key={one.person} className={styles["reader"]} data-reader={one.username}>
                <PersonFace person={one.person} name={one.name} size={36} />
                <span className={styles["name"]} dir="auto">
                  {one.name}
                </span>
                {one.at === 0 ? null : (
                  <time
                    className={styles["when"]}
                    dateTime={new Date(one.at).toISOString()}
                    title={absolute(one.at)}
                  >
                    {whenWords(one, now)}
                  </time>
                )}
              </li>
            ))}
          </ul>
        ) : null}
        {more ? (
          <Button look="quiet" busy={busy} onClick={next}>
            Show more
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}

function sumWords({
  of,
  delivered,
  seen,
}: {
  of: number;
  delivered: number;
  seen: number;
}): string {
  if (of === 0) return "Nobody here tells what they have read.";
  const got = delivered > seen ? ` Delivered to ${delivered}.` : "";
  if (seen === 0) return `Nobody has seen it yet.${got}`;
  return seen === of ? "Everybody has seen it." : `${seen} of ${of} have seen it.${got}`;
}

function whenWords(one: Reader, now: number): string {
  const when = listTime(one.at, now);
  return one.earlier ? `before ${when}` : when;
}
