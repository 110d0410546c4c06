import { useQuery } from "@tanstack/react-query";
import {
  Archive,
  Bell,
  Bot,
  EyeOff,
  LogOut,
  Monitor,
  Moon,
  ShieldCheck,
  ShieldUser,
  Sun,
  UserPen,
  UserX,
} from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Settings.module.css";
import { SettingsGroup, SettingsWay } from "@/app/_shell/SettingsPage";
import { useLogOut } from "@/features/account/api/session";
import { adminQuery } from "@/features/admin/api/admin";
import { useOwnName } from "@/features/people/api/profiles";
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
        <SettingsGroup title="Look">
          <Segmented
            label="Look"
            value={chosen}
            options={THEMES}
            onChange={(value) => {
              chooseTheme(value);
              setChosen(value);
            }}
          />
        </SettingsGroup>
        <SettingsGroup title="Account">
          <SettingsWay
            to="/settings/profile"
            icon={UserPen}
            title="Profile"
            words="Your picture, your name, and what you say of yourself"
          />
          <SettingsWay
            to="/settings/privacy"
            icon={EyeOff}
            title="Privacy"
            words="Who may find you, ask you, and see you here"
          />
          <SettingsWay
            to="/settings/notifications"
            icon={Bell}
            title="Notifications"
            words="On this device, and what they say"
          />
          <SettingsWay
            to="/settings/security"
            icon={ShieldCheck}
            title="Security"
            words="Password, and where you are logged in"
          />
          <SettingsWay
            to="/settings/bots"
            icon={Bot}
            title="Bots"
            words="Programs that read and write in chats"
          />
          <SettingsWay
            to="/settings/data"
            icon={Archive}
            title="Your data"
            words="All that is yours, to take along"
          />
          <SettingsWay
            to="/settings/account"
            icon={UserX}
            title="Delete account"
            words="For good, with some days to think it over"
          />
        </SettingsGroup>
        {admin.data === true ? (
          <SettingsGroup title="This Nexync">
            <SettingsWay
              to="/admin"
              icon={ShieldUser}
              title="Administration"
              words="People, invitations and reports"
            />
          </SettingsGroup>
        ) : null}
        <SettingsGroup title="This device">
          {logOut.error ? <Notice tone="danger">{errorWords(logOut.error)}</Notice> : null}
          <Button look="danger" busy={logOut.isPending} onClick={() => logOut.mutate()}>
            <LogOut size={18} strokeWidth={1.75} />
            Log out
          </Button>
        </SettingsGroup>
      </div>
    </div>
  );
}
