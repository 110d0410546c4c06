import { useQuery } from "@tanstack/react-query";
import { UserX } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/app/_shell/Sidebar.module.css";
import { erasureQuery, useKeepAccount } from "@/features/account/api/erasure";
import { date } from "@/shared/lib/time";

/** Reminds who wanted to go, and lets them stay. */
export function ErasureLine(): ReactNode {
  const at = useQuery(erasureQuery).data?.erase_at ?? null;
  const keep = useKeepAccount();
  if (at === null) return null;
  return (
    <div className={styles["line"]} role="status">
      <UserX size={16} strokeWidth={1.75} aria-hidden="true" />
      <span>
        {keep.error
          ? "That didn’t work. Try again."
          : `Your account will be deleted on ${date(at)}.`}
      </span>
      <button type="button" disabled={keep.isPending} onClick={() => keep.mutate()}>
        Keep it
      </button>
    </div>
  );
}
