import { useState, type ReactNode } from "react";
import { SettingsPage } from "@/app/_shell/SettingsPage";
import { Bots } from "@/features/bots/ui/Bots";

/** The programs that one has made part of chats. */
export function BotSettings(): ReactNode {
  const [now] = useState(Date.now);
  return (
    <SettingsPage title="Bots">
      <Bots now={now} />
    </SettingsPage>
  );
}
