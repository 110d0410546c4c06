import type { ReactNode } from "react";
import { SettingsGroup, SettingsPage } from "@/app/_shell/SettingsPage";
import { OwnData } from "@/features/account/ui/OwnData";
import { useLive } from "@/shared/lib/live";

/** What one can take along. */
export function YourData(): ReactNode {
  const { me } = useLive();
  return (
    <SettingsPage title="Your data">
      <SettingsGroup title="Take it along">
        <OwnData username={me.username} />
      </SettingsGroup>
    </SettingsPage>
  );
}
