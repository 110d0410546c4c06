import type { ReactNode } from "react";
import { SettingsPage } from "@/app/_shell/SettingsPage";
import { PrivacySettings } from "@/features/people/ui/PrivacySettings";
import { ProfileForm } from "@/features/people/ui/ProfileForm";

type PeopleSettingsProps = { kind: "profile" | "privacy"; onChat: (person: string) => void };

/** What others see of oneself, and who may. */
export function PeopleSettings({ kind, onChat }: PeopleSettingsProps): ReactNode {
  return (
    <SettingsPage title={kind === "profile" ? "Profile" : "Privacy"}>
      {kind === "profile" ? <ProfileForm /> : <PrivacySettings onChat={onChat} />}
    </SettingsPage>
  );
}
