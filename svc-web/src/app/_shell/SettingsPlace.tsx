import type { ReactNode } from "react";
import { AccountSettings } from "@/app/_shell/AccountSettings";
import { Administration } from "@/app/_shell/Administration";
import { BotSettings } from "@/app/_shell/BotSettings";
import { Notifications } from "@/app/_shell/Notifications";
import { PeopleSettings } from "@/app/_shell/PeopleSettings";
import type { SettingsKind } from "@/app/_shell/place";
import { Security } from "@/app/_shell/Security";
import { Settings } from "@/app/_shell/Settings";
import { YourData } from "@/app/_shell/YourData";

type SettingsPlaceProps = { place: SettingsKind; onChat: (person: string) => void };

/** One of the pages of settings. A part of its own: the chats come first, and few open these. */
export default function SettingsPlace({ place, onChat }: SettingsPlaceProps): ReactNode {
  switch (place.kind) {
    case "settings":
      return <Settings />;
    case "security":
      return <Security linked={place.linked} problem={place.problem} />;
    case "admin":
      return <Administration page={place.page} />;
    case "bots":
      return <BotSettings />;
    case "profile":
    case "privacy":
      return <PeopleSettings kind={place.kind} onChat={onChat} />;
    case "notifications":
      return <Notifications />;
    case "data":
      return <YourData />;
    case "account":
      return <AccountSettings />;
  }
}
