import { ArrowLeft } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { ChangeEmail } from "@/features/account/ui/ChangeEmail";
import { ChangePassword } from "@/features/account/ui/ChangePassword";
import { Sessions } from "@/features/account/ui/Sessions";
import { TwoStep } from "@/features/account/ui/TwoStep";
import { Link } from "@/shared/lib/Link";
import { useLive } from "@/shared/lib/live";

/** What keeps the account its owner's. */
export function Security(): ReactNode {
  const { me } = useLive();
  const [now] = useState(Date.now);
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <header className={styles["head"]}>
          <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
            <ArrowLeft size={20} strokeWidth={1.75} />
          </Link>
          <h1 className={styles["title"]}>Security</h1>
        </header>
        <section className={styles["group"]} aria-label="Where you are logged in">
          <h2>Where you are logged in</h2>
          <Sessions now={now} />
        </section>
        <section className={styles["group"]} aria-label="Two-step verification">
          <h2>Two-step verification</h2>
          <TwoStep username={me.username} now={now} />
        </section>
        <section className={styles["group"]} aria-label="E-mail address">
          <h2>E-mail address</h2>
          <ChangeEmail username={me.username} />
        </section>
        <section className={styles["group"]} aria-label="Password">
          <h2>Password</h2>
          <ChangePassword username={me.username} />
        </section>
      </div>
    </div>
  );
}
