import type { PushView } from "@/shared/contracts/generated";

/** What this browser can do and has been allowed. `able` is false where it has no push at all. */
export type Browser = { able: boolean; permission: NotificationPermission };

export type PushState =
  /** The browser can't: too old, a private window, or on iOS a page that is not on the home screen. */
  | "unsupported"
  /** Nobody has set push up on this installation. */
  | "not_here"
  /** The person, or a rule of the browser, has refused. Only the browser's settings can change that. */
  | "blocked"
  | "off"
  | "on";

/** How push is on this device. What the server says counts only while the browser allows it. */
export function stateOf(browser: Browser, view: PushView): PushState {
  if (view.web === null) return "not_here";
  if (!browser.able) return "unsupported";
  if (browser.permission === "denied") return "blocked";
  return view.device && browser.permission === "granted" ? "on" : "off";
}

/** The path that a click on a notification leads to, from a message of the worker; null for any other message. */
export function pathOf(message: unknown): string | null {
  if (typeof message !== "object" || message === null) return null;
  const { tag, path } = message as { tag?: unknown; path?: unknown };
  if (tag !== "push.open" || typeof path !== "string") return null;
  return /^\/(c\/[0-9a-f-]{36}(\?m=[0-9]{1,15})?)?$/.test(path) ? path : null;
}

const DAY_MS = 24 * 3600 * 1000;

/** Whether it is time to look if the device's token is still the same: once a day is what Firebase advises at most. */
export function isDue(last: string | null, now: number): boolean {
  const at = Number(last ?? 0);
  return !(Number.isFinite(at) && at <= now && now - at < DAY_MS);
}
