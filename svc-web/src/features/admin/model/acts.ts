import type { ManagedPerson } from "@/shared/contracts/generated";

/** What an administrator can do with somebody, in the order of a menu. */
export type Act = "lock" | "unlock" | "reset" | "grant" | "take" | "erase" | "keep";

/** What makes sense for this person; `me` is the administrator. The server has the last word. */
export function actsFor(one: ManagedPerson, me: string): Act[] {
  const acts: Act[] = [];
  const human = !one.bot && one.verified;
  if (human && (one.second_factor || one.passkeys > 0 || one.sessions > 0)) acts.push("reset");
  if (human && one.deactivated_at === null && one.role === "none") acts.push("grant");
  if (one.role === "granted") acts.push("take");
  if (one.deactivated_at !== null) acts.push("unlock");
  else if (one.person !== me && one.role !== "settings") acts.push("lock");
  if (human && one.role !== "settings") acts.push(one.erase_at === null ? "erase" : "keep");
  return acts;
}

type Question = { title: string; words: string; yes: string; danger: boolean };

/** What is asked before it is done; `name` is a username. */
export function questionOf(act: Act, name: string): Question {
  switch (act) {
    case "lock":
      return {
        title: `Lock @${name}?`,
        words:
          "They are logged out everywhere at once, their bots too, and can’t log in again until you unlock the account. What they wrote stays.",
        yes: "Lock account",
        danger: true,
      };
    case "erase":
      return {
        title: `Delete the account of @${name}?`,
        words:
          "They are logged out everywhere, told by mail, and can log in and keep it until the day comes; lock the account if they must not. Then it is gone for good, and what they wrote stays without their name.",
        yes: "Delete account",
        danger: true,
      };
    case "keep":
      return {
        title: `Keep the account of @${name}?`,
        words: "It will not be deleted. They are told by mail.",
        yes: "Keep account",
        danger: false,
      };
    case "unlock":
      return {
        title: `Unlock @${name}?`,
        words: "They can log in again. Their bots need new tokens.",
        yes: "Unlock account",
        danger: false,
      };
    case "reset":
      return {
        title: `Reset the second factors of @${name}?`,
        words:
          "Their authenticator app, recovery codes and passkeys are removed, and they are logged out everywhere. They are told by mail. Make sure first that it is they who ask.",
        yes: "Reset",
        danger: true,
      };
    case "grant":
      return {
        title: `Make @${name} an administrator?`,
        words: "They can then do all that you can do here, also take the role from you.",
        yes: "Make administrator",
        danger: false,
      };
    case "take":
      return {
        title: `Take the role from @${name}?`,
        words: "They are no administrator from that moment on.",
        yes: "Take the role",
        danger: true,
      };
  }
}

/** Why the server would not do it, where its code alone doesn't say it. */
export function conflictWords(act: Act): string {
  switch (act) {
    case "lock":
      return "You can lock neither your own account nor an administrator whom the settings name.";
    case "take":
      return "The last administrator keeps the role, and so do those whom the settings name.";
    case "erase":
      return "The last administrator can’t be deleted, nor one whom the settings name.";
    case "unlock":
    case "reset":
    case "keep":
    case "grant":
      return "This is only possible for people who proved their address and aren’t locked.";
  }
}
