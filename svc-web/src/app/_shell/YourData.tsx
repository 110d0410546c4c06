import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { OwnData } from "@/features/account/ui/OwnData";
import { Link } from "@/shared/lib/Link";

/** What one can take along. */
export function YourData(): ReactNode {
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <header className={styles["head"]}>
          <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
            <ArrowLeft size={20} strokeWidth={1.75} />
          </Link>
          <h1 className={styles["title"]}>Your data</h1>
        </header>
        <section className={styles["group"]} aria-label="Take it along">
          <h2>Take it along</h2>
          <OwnData />
        </section>
      </div>
    </div>
  );
}
