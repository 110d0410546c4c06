import type { ReactNode } from "react";
import styles from "@/shared/ui/BotMark.module.css";

/** Beside the name of whoever is no person. */
export function BotMark(): ReactNode {
  return <span className={styles["mark"]}>Bot</span>;
}
