import { ArrowLeft } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { Bots } from "@/features/bots/ui/Bots";
import { Link } from "@/shared/lib/Link";

/** The programs that one has made part of chats. */
export function BotSettings(): ReactNode {
  const [now] = useState(Date.now);
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <header className={styles["head"]}>
          <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
            <ArrowLeft size={20} strokeWidth={1.75} />
          </Link>
          <h1 className={styles["title"]}>Bots</h1>
        </header>
        <Bots now={now} />
      </div>
    </div>
  );
}
