import type { ReactNode } from "react";
import { SettingsPage } from "@/app/_shell/SettingsPage";
import { NotificationSettings } from "@/features/push/ui/NotificationSettings";

/** Push on this device, and what it shows. */
export function Notifications(): ReactNode {
  return (
    <SettingsPage title="Notifications">
      <NotificationSettings />
    </SettingsPage>
  );
}
