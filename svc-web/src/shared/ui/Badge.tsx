import type { ReactNode } from "react";
import styles from "@/shared/ui/Badge.module.css";

type BadgeProps = { count: number; label: string; limit?: number; quiet?: boolean };

/** A count, said as words to a screen reader; above the limit it is "limit+". Nothing for zero. */
export function Badge({ count, label, limit = 999, quiet = false }: BadgeProps): ReactNode {
  if (count <= 0) return null;
  return (
    <span className={styles["badge"]} data-quiet={quiet}>
      <span aria-hidden="true">{count > limit ? `${limit}+` : count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
