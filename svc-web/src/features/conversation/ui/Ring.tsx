import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/Ring.module.css";

const AROUND = 2 * Math.PI * 16;

/** How far something is, from 0 to 1, around what stops it. */
export function Ring({ value, label }: { value: number; label: string }): ReactNode {
  return (
    <svg
      className={styles["ring"]}
      viewBox="0 0 36 36"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(value * 100)}
    >
      <circle className={styles["way"]} cx="18" cy="18" r="16" />
      <circle
        className={styles["done"]}
        cx="18"
        cy="18"
        r="16"
        strokeDasharray={AROUND}
        strokeDashoffset={AROUND * (1 - Math.max(0.03, value))}
      />
    </svg>
  );
}
