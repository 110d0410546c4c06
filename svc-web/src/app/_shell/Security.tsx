import { ArrowLeft } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { ChangeEmail } from "@/features/account/ui/ChangeEmail";
import { ChangePassword } from "@/features/account/ui/ChangePassword";
import { Identities } from "@/features/account/ui/Identities";
import { Passkeys } from "@/features/account/ui/Passkeys";
import { Sessions } from "@/features/account/ui/Sessions";
import { TwoStep } from "@/features/account/ui/TwoStep";
import { Link } from "@/shared/lib/Link";
import { useLive } from "@/shared/lib/live";

type SecurityProps = { linked: string | null; problem: string | null };

/** What keeps the account its owner's. */
export function Security({ linked, problem }: SecurityProps): ReactNode {
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
        <section className={styles["group"]} aria-label="Passkeys">
          <h2>Passkeys</h2>
          <Passkeys username={me.username} now={now} />
        </section>
        <section className={styles["group"]} aria-label="E-mail address">
          <h2>E-mail address</h2>
          <ChangeEmail username={me.username} />
        </section>
        <section className={styles["group"]} aria-label="Linked accounts">
          <h2>Linked accounts</h2>
          <Identities username={me.username} now={now} linked={linked} problem={problem} />
        </section>
        <section className={styles["group"]} aria-label="Password">
          <h2>Password</h2>
          <ChangePassword username={me.username} />
        </section>
      </div>
    </div>
  );
}
