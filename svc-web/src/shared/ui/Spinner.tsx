import type { ReactNode } from "react";
import styles from "@/shared/ui/Spinner.module.css";

export function Spinner({ label }: { label?: string }): ReactNode {
  return label === undefined ? (
    <span className={styles["spinner"]} aria-hidden="true" />
  ) : (
    <span className={styles["spinner"]} role="status" aria-label={label} />
  );
}
