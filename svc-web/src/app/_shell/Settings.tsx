import { useQuery } from "@tanstack/react-query";
import {
  Archive,
  Bell,
  Bot,
  ChevronRight,
  EyeOff,
  LogOut,
  Monitor,
  Moon,
  ShieldCheck,
  ShieldUser,
  Sun,
  UserPen,
} from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { useLogOut } from "@/features/account/api/session";
import { adminQuery } from "@/features/admin/api/admin";
import { useOwnName } from "@/features/people/api/profiles";
import { Link } from "@/shared/lib/Link";
import { useLive } from "@/shared/lib/live";
import { chooseTheme, theme, type Theme } from "@/shared/lib/theme";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { Segmented } from "@/shared/ui/Segmented";
import { PersonFace } from "@/shared/ui/Face";

const THEMES = [
  { value: "system", label: "Device", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

export function Settings(): ReactNode {
  const { me } = useLive();
  const logOut = useLogOut(me.person);
  const admin = useQuery(adminQuery);
  const name = useOwnName();
  const [chosen, setChosen] = useState<Theme>(theme);
  return (
    <div className={styles["page"]}>
      <div className={styles["column"]}>
        <h1 className={styles["title"]}>Settings</h1>
        <section className={styles["card"]}>
          <PersonFace person={me.person} name={name} size={72} />
          <div>
            <p className={styles["name"]} dir="auto">
              {name}
            </p>
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
          <Link to="/settings/profile" className={styles["way"]}>
            <UserPen size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Profile
              <span className={styles["meta"]}>
                Your picture, your name, and what you say of yourself
              </span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
          <Link to="/settings/privacy" className={styles["way"]}>
            <EyeOff size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Privacy
              <span className={styles["meta"]}>Who may find you, ask you, and see you here</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
          <Link to="/settings/notifications" className={styles["way"]}>
            <Bell size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Notifications
              <span className={styles["meta"]}>On this device, and what they say</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
          <Link to="/settings/security" className={styles["way"]}>
            <ShieldCheck size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Security
              <span className={styles["meta"]}>Password, and where you are logged in</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
          <Link to="/settings/bots" className={styles["way"]}>
            <Bot size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Bots
              <span className={styles["meta"]}>Programs that read and write in chats</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
          <Link to="/settings/data" className={styles["way"]}>
            <Archive size={20} strokeWidth={1.75} aria-hidden="true" />
            <span>
              Your data
              <span className={styles["meta"]}>All that is yours, to take along</span>
            </span>
            <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
          </Link>
        </section>
        {admin.data === true ? (
          <section className={styles["group"]} aria-label="This Nexync">
            <h2>This Nexync</h2>
            <Link to="/admin" className={styles["way"]}>
              <ShieldUser size={20} strokeWidth={1.75} aria-hidden="true" />
              <span>
                Administration
                <span className={styles["meta"]}>People, invitations and reports</span>
              </span>
              <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" />
            </Link>
          </section>
        ) : null}
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
