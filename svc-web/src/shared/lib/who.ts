import { navigate } from "@/shared/lib/location";

/** Kept with an entry of the history: how many entries of profiles, this one too, lie over the place. */
type Over = { profiles: number };

function over(): number {
  const state = window.history.state as Partial<Over> | null;
  return typeof state?.profiles === "number" ? state.profiles : 0;
}

let leaving = false;

/** Shows a person's page over what is open; the address says so, and back closes it. */
export function showPerson(person: string): void {
  const here = new URL(window.location.href);
  here.searchParams.set("who", person);
  const state: Over = { profiles: over() + 1 };
  navigate(here.pathname + here.search, "push", state);
}

/** Back to the place below, over every profile in between; one that was opened by its address is replaced. */
export function closePerson(): void {
  const here = new URL(window.location.href);
  // The way back takes a moment, in which the page may ask a second time.
  if (!here.searchParams.has("who") || leaving) return;
  const profiles = over();
  if (profiles > 0) {
    leaving = true;
    window.addEventListener("popstate", () => (leaving = false), { once: true });
    window.history.go(-profiles);
    return;
  }
  here.searchParams.delete("who");
  navigate(here.pathname + here.search, "replace");
}
