import { useQuery } from "@tanstack/react-query";
import { Laptop, Smartphone } from "lucide-react";
import { useState, type ReactNode } from "react";
import { sessionsQuery, useEndOtherSessions, useEndSession } from "@/features/account/api/sessions";
import { isUnproved, ProveFirst } from "@/features/account/ui/ProveFirst";
import styles from "@/features/account/ui/Sessions.module.css";
import type { SessionItem } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** Where one is logged in; each can be ended, and all others at once. */
export function Sessions({ username, now }: { username: string; now: number }): ReactNode {
  const sessions = useQuery(sessionsQuery);
  const endOne = useEndSession();
  const endOthers = useEndOtherSessions();
  const [asking, setAsking] = useState<{ go: () => void } | null>(null);
  const failed = sessions.error ?? endOne.error ?? endOthers.error;
  const error = isUnproved(failed) ? null : failed;
  const endHere = (session: string): void =>
    endOne.mutate(session, {
      onError: (refused) => {
        if (isUnproved(refused)) setAsking({ go: () => endHere(session) });
      },
    });
  const endElsewhere = (): void =>
    endOthers.mutate(undefined, {
      onError: (refused) => {
        if (isUnproved(refused)) setAsking({ go: endElsewhere });
      },
    });
  const others = sessions.data?.filter((one) => !one.current).length ?? 0;
  return (
    <>
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      {sessions.data ? (
        <ul className={styles["list"]}>
          {sessions.data.map((one) => (
            <Row
              key={one.session}
              one={one}
              now={now}
              ending={endOne.isPending && endOne.variables === one.session}
              end={() => endHere(one.session)}
            />
          ))}
        </ul>
      ) : sessions.error ? null : (
        <SkeletonRows count={2} label="Sessions are loading" />
      )}
      {others > 0 ? (
        <div>
          <Button look="danger" busy={endOthers.isPending} onClick={endElsewhere}>
            Log out everywhere else
          </Button>
        </div>
      ) : (
        <p className={styles["alone"]}>You are logged in nowhere else.</p>
      )}
      {asking === null ? null : (
        <ProveFirst
          username={username}
          action="Log out there"
          close={() => setAsking(null)}
          go={asking.go}
        />
      )}
    </>
  );
}

type RowProps = { one: SessionItem; now: number; ending: boolean; end: () => void };

function Row({ one, now, ending, end }: RowProps): ReactNode {
  const Icon = /iPhone|Android|iPad/.test(one.device) ? Smartphone : Laptop;
  const seen = listTime(one.seen_at, now);
  return (
    <li className={styles["row"]}>
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className={styles["words"]}>
        <p className={styles["device"]}>{one.device}</p>
        <p className={styles["meta"]}>
          {one.current ? (
            <span className={styles["current"]}>This device</span>
          ) : (
            <time dateTime={new Date(one.seen_at).toISOString()} title={absolute(one.seen_at)}>
              Last seen {seen === "Yesterday" ? "yesterday" : seen}
            </time>
          )}
          {" · "}
          <time dateTime={new Date(one.created_at).toISOString()} title={absolute(one.created_at)}>
            since {listTime(one.created_at, now)}
          </time>
        </p>
      </div>
      {one.current ? null : (
        <Button small busy={ending} aria-label={`Log out ${one.device}`} onClick={end}>
          Log out
        </Button>
      )}
    </li>
  );
}
