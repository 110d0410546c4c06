import { useSyncExternalStore } from "react";

/**
 * The page is one file for every path, so the location is read here and not by the framework.
 * `history` keeps working: back goes back, reload and share come to the same place.
 */

const CHANGED = "nexync:location";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** Path and query, or null while the page is being built or hydrated. */
export function useLocation(): URL | null {
  const href = useSyncExternalStore(
    subscribe,
    () => window.location.href,
    () => null,
  );
  return href === null ? null : new URL(href);
}

/** `state` is kept with the entry of the history, through a reload too. */
export function navigate(
  to: string,
  how: "push" | "replace" = "push",
  state: unknown = null,
): void {
  const here = window.location.pathname + window.location.search;
  if (to === here) return;
  if (how === "push") window.history.pushState(state, "", to);
  else window.history.replaceState(state, "", to);
  window.dispatchEvent(new Event(CHANGED));
}
