import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/shared/ui/Empty.module.css";

type EmptyProps = { icon: LucideIcon; title: string; words?: string; children?: ReactNode };

/** What a place says when there is nothing in it yet, and what to do about it. */
export function Empty({ icon: Icon, title, words, children }: EmptyProps): ReactNode {
  return (
    <div className={styles["empty"]}>
      <span className={styles["icon"]}>
        <Icon size={26} strokeWidth={1.5} aria-hidden="true" />
      </span>
      <h2 className={styles["title"]}>{title}</h2>
      {words === undefined ? null : <p className={styles["words"]}>{words}</p>}
      {children === undefined ? null : <div className={styles["actions"]}>{children}</div>}
    </div>
  );
}
