import type { ReactNode } from "react";
import styles from "@/shared/ui/BotMark.module.css";

/** Beside the name of whoever is no person. */
export function BotMark({ label = "Bot" }: { label?: string }): ReactNode {
  return <span className={styles["mark"]}>{label}</span>;
}
