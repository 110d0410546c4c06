import { ArrowLeft, ChevronRight, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { Link } from "@/shared/lib/Link";

type TitledProps = { title: string; children: ReactNode };

/** A page of the settings. */
export function SettingsPage({ title, children }: TitledProps): ReactNode {
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <SettingsHead title={title} />
        {children}
      </div>
    </div>
  );
}

/** What it is, and the way back to all the settings. */
export function SettingsHead({ title }: { title: string }): ReactNode {
  return (
    <header className={styles["head"]}>
      <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
        <ArrowLeft size={20} strokeWidth={1.75} />
      </Link>
      <h1 className={styles["title"]}>{title}</h1>
    </header>
  );
}

/** What belongs together on such a page. */
export function SettingsGroup({ title, children }: TitledProps): ReactNode {
  return (
    <section className={styles["group"]} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

type SettingsWayProps = { to: string; icon: LucideIcon; title: string; words: string };

/** A row that leads to a page, and says what is there. */
export function SettingsWay({ to, icon: Icon, title, words }: SettingsWayProps): ReactNode {
  return (
    <Link to={to} className={styles["way"]}>
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      <span>
        {title}
        <span className={styles["meta"]}>{words}</span>
      </span>
      <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
    </Link>
  );
}
