import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import type { ReactNode } from "react";
import { auditQuery } from "@/features/admin/api/admin";
import { deedOf } from "@/features/admin/model/words";
import styles from "@/features/admin/ui/Admin.module.css";
import type { AuditEntry } from "@/shared/contracts/generated";
import { absolute, clock, dayLabel } from "@/shared/lib/time";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** What administrators did, the newest first. */
export function AuditLog({ now }: { now: number }): ReactNode {
  const pages = useInfiniteQuery(auditQuery);
  const entries = pages.data?.pages.flatMap((page) => page.entries);
  return (
    <>
      <p className={styles["intro"]}>
        Every change that administrators make is kept here for a year. Nobody can edit it.
      </p>
      <LoadError error={pages.error} onAgain={() => void pages.refetch()} />
      {entries === undefined ? (
        pages.error ? null : (
          <SkeletonRows count={4} label="The log is loading" />
        )
      ) : entries.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing yet" words="Changes show here as they are made." />
      ) : (
        <ol className={styles["list"]} aria-label="Audit log">
          {entries.map((entry) => (
            <Entry key={entry.number} entry={entry} now={now} />
          ))}
        </ol>
      )}
      {pages.hasNextPage ? (
        <div>
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Entry({ entry, now }: { entry: AuditEntry; now: number }): ReactNode {
  const { by, did, whom } = deedOf(entry);
  return (
    <li className={styles["entry"]}>
      <p>
        <strong>{by}</strong> {did} <strong dir="auto">{whom}</strong>
      </p>
      <p className={styles["meta"]}>
        <time dateTime={new Date(entry.at).toISOString()} title={absolute(entry.at)}>
          {dayLabel(entry.at, now)}, {clock(entry.at)}
        </time>
        {entry.address === "" ? null : ` · from ${entry.address}`}
      </p>
    </li>
  );
}
