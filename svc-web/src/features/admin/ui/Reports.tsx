import { useQuery } from "@tanstack/react-query";
import { Check, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { reportsQuery, useCloseReport } from "@/features/admin/api/admin";
import { REASON_WORDS } from "@/features/admin/model/words";
import styles from "@/features/admin/ui/Admin.module.css";
import type { ReportView } from "@/shared/contracts/generated";
import { absolute, clock, dayLabel } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** What people reported and nobody has looked into, the oldest first. */
export function Reports({ now }: { now: number }): ReactNode {
  const page = useQuery(reportsQuery);
  const close = useCloseReport();
  const found = page.data?.reports;
  const more = (page.data?.waiting ?? 0) - (found?.length ?? 0);
  return (
    <>
      <p className={styles["intro"]}>
        What people report to you, with the message as it was then. Nobody else is told.
      </p>
      <LoadError error={page.error} onAgain={() => void page.refetch()} />
      {close.error ? <Notice tone="danger">{errorWords(close.error)}</Notice> : null}
      {found === undefined ? (
        page.error ? null : (
          <SkeletonRows count={3} label="Reports are loading" />
        )
      ) : found.length === 0 ? (
        <Empty icon={ShieldCheck} title="Nothing waits" words="New reports show here." />
      ) : (
        <ul className={styles["list"]} aria-label="Reports">
          {found.map((one) => (
            <Row
              key={one.report}
              one={one}
              now={now}
              busy={close.isPending && close.variables === one.report}
              onClose={() => close.mutate(one.report)}
            />
          ))}
        </ul>
      )}
      {more > 0 ? <p className={styles["meta"]}>{more} more wait behind these.</p> : null}
    </>
  );
}

type RowProps = { one: ReportView; now: number; busy: boolean; onClose: () => void };

function Row({ one, now, busy, onClose }: RowProps): ReactNode {
  const whom = one.username === null ? "somebody who is gone" : `@${one.username}`;
  const by = one.reporter === null ? "somebody who is gone" : `@${one.reporter}`;
  return (
    <li className={styles["report"]} data-report={one.username ?? ""}>
      <p>
        <strong>{REASON_WORDS[one.reason]}</strong>
        {one.said === null ? " by " : " in a message of "}
        <strong>{whom}</strong>
      </p>
      {one.said === null ? null : (
        <blockquote className={styles["said"]} dir="auto">
          {one.said}
        </blockquote>
      )}
      {one.comment === "" ? null : <p dir="auto">{one.comment}</p>}
      <div className={styles["closing"]}>
        <p className={styles["meta"]}>
          <time
            dateTime={new Date(one.reported_at).toISOString()}
            title={absolute(one.reported_at)}
          >
            {dayLabel(one.reported_at, now)}, {clock(one.reported_at)}
          </time>
          {` · by ${by}`}
          {one.of_person > 1 ? ` · ${one.of_person} reports of this person` : null}
        </p>
        <Button small busy={busy} aria-label={`Close the report of ${whom}`} onClick={onClose}>
          <Check size={18} strokeWidth={1.75} aria-hidden="true" />
          Close
        </Button>
      </div>
    </li>
  );
}
