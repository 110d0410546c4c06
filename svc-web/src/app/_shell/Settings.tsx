import { ChevronRight, LogOut, Monitor, Moon, ShieldCheck, Sun } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { useLogOut } from "@/features/account/api/session";
import { Link } from "@/shared/lib/Link";
import { useLive } from "@/shared/lib/live";
import { chooseTheme, theme, type Theme } from "@/shared/lib/theme";
import { errorWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { Segmented } from "@/shared/ui/Segmented";

const THEMES = [
  { value: "system", label: "Device", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

export function Settings(): ReactNode {
  const { me } = useLive();
  const logOut = useLogOut(me.person);
  const [chosen, setChosen] = useState<Theme>(theme);
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <h1 className={styles["title"]}>Settings</h1>
        <section className={styles["card"]}>
          <Avatar id={me.person} name={me.username} size={72} />
          <div>
            <p className={styles["name"]}>{me.username}</p>
            <p className={styles["meta"]}>Others find you as @{me.username}</p>
          </div>
        </section>
        <section className={styles["group"]} aria-label="Look">
          <h2>Look</h2>
          <Segmented
            label="Look"
            value={chosen}
            options={THEMES}
            onChange={(value) => {
              chooseTheme(value);
              setChosen(value);
            }}
          />
        </section>
        <section className={styles["group"]} aria-label="Account">
          <h2>Account</h2>
          <Link to="/settings/security" className={styles["way"]}>
            <ShieldCheck size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Security
              <span className={styles["meta"]}>Password, and where you are logged in</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
        </section>
        <section className={styles["group"]} aria-label="This device">
          <h2>This device</h2>
          {logOut.error ? <Notice tone="danger">{errorWords(logOut.error)}</Notice> : null}
          <Button look="danger" busy={logOut.isPending} onClick={() => logOut.mutate()}>
            <LogOut size={18} strokeWidth={1.75} />
            Log out
          </Button>
        </section>
      </div>
    </div>
  );
}
