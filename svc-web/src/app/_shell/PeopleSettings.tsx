import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { PrivacySettings } from "@/features/people/ui/PrivacySettings";
import { ProfileForm } from "@/features/people/ui/ProfileForm";
import { Link } from "@/shared/lib/Link";

type PeopleSettingsProps = { kind: "profile" | "privacy"; onChat: (person: string) => void };

/** What others see of oneself, and who may. */
export function PeopleSettings({ kind, onChat }: PeopleSettingsProps): ReactNode {
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <header className={styles["head"]}>
          <Link to="/settings" className={styles["back"]} aria-label="Back to the settings">
            <ArrowLeft size={20} strokeWidth={1.75} />
          </Link>
          <h1 className={styles["title"]}>{kind === "profile" ? "Profile" : "Privacy"}</h1>
        </header>
        {kind === "profile" ? <ProfileForm /> : <PrivacySettings onChat={onChat} />}
      </div>
    </div>
  );
}
