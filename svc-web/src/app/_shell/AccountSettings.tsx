import type { ReactNode } from "react";
import { SettingsGroup, SettingsPage } from "@/app/_shell/SettingsPage";
import { DeleteAccount } from "@/features/account/ui/DeleteAccount";
import { useLive } from "@/shared/lib/live";

/** The end of an account. */
export function AccountSettings(): ReactNode {
  const { me } = useLive();
  return (
    <SettingsPage title="Account">
      <SettingsGroup title="Delete account">
        <DeleteAccount username={me.username} />
      </SettingsGroup>
    </SettingsPage>
  );
}
