import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/shared/ui/cx";
import styles from "@/shared/ui/Notice.module.css";

type NoticeProps = { tone?: "info" | "danger"; children: ReactNode; action?: ReactNode };

/** A sentence that needs attention, in place. */
export function Notice({ tone = "info", children, action }: NoticeProps): ReactNode {
  const Icon = tone === "danger" ? CircleAlert : Info;
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cx(styles["notice"], tone === "danger" && styles["danger"])}
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className={styles["words"]}>{children}</div>
      {action}
    </div>
  );
}
