import type { ReactNode } from "react";
import styles from "@/shared/ui/Skeleton.module.css";

/** The outline of list entries while they are on their way; the same sizes as what comes. */
export function SkeletonRows({ count, label }: { count: number; label: string }): ReactNode {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={styles["row"]} aria-hidden="true">
          <span className={styles["avatar"]} />
          <span className={styles["lines"]}>
            <span className={styles["line"]} style={{ width: `${40 + ((index * 17) % 30)}%` }} />
            <span className={styles["line"]} style={{ width: `${60 + ((index * 23) % 35)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** The outline of a conversation. */
export function SkeletonTalk({ label }: { label: string }): ReactNode {
  const widths = [220, 300, 160, 260, 190, 340, 140, 240];
  return (
    <div role="status" aria-label={label} className={styles["talk"]}>
      {widths.map((width, index) => (
        <span
          key={width}
          aria-hidden="true"
          className={styles["bubble"]}
          data-own={index % 3 === 2}
          style={{ width: `min(${width}px, 72%)` }}
        />
      ))}
    </div>
  );
}
