import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { NotificationSettings } from "@/features/push/ui/NotificationSettings";
import { Link } from "@/shared/lib/Link";

/** Push on this device, and what it shows. */
export function Notifications(): ReactNode {
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <header className={styles["head"]}>
          <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
            <ArrowLeft size={20} strokeWidth={1.75} />
          </Link>
          <h1 className={styles["title"]}>Notifications</h1>
        </header>
        <NotificationSettings />
      </div>
    </div>
  );
}
