import type { ReactNode } from "react";
import styles from "@/shared/ui/Badge.module.css";

/** A count, said as words to a screen reader. Nothing for zero. */
export function Badge({ count, label }: { count: number; label: string }): ReactNode {
  if (count <= 0) return null;
  return (
    <span className={styles["badge"]}>
      <span aria-hidden="true">{count > 999 ? "999+" : count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
