import { lazy, useEffect } from "react";

const bringSettings = () => import("@/app/_shell/SettingsPlace");
const bringDoorway = () => import("@/app/_shell/Doorway");

export const SettingsPlace = lazy(bringSettings);
export const Doorway = lazy(bringDoorway);
export const SetUpFirst = lazy(async () => {
  const part = await import("@/features/account/ui/SetUpFirst");
  return { default: part.SetUpFirst };
});

/** After this long in a chat the line is thought to be free. */
const IDLE_MS = 5_000;

/** Fetches what may be opened next while nobody waits for it, so that it is there without a line or after an update. */
export function useRestOfClient(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      // Who opens it later is told when it does not come then either.
      void Promise.allSettled([bringSettings(), bringDoorway()]);
    }, IDLE_MS);
    return () => clearTimeout(timer);
  }, []);
}

/** Fetches the doorway beside the question who one is. */
export function useDoorway(wanted: boolean): void {
  useEffect(() => {
    if (wanted) void Promise.allSettled([bringDoorway()]);
  }, [wanted]);
}
