import type {
  ReportReason,
  AuditEntry,
  InvitationView,
  ManagedPerson,
} from "@/shared/contracts/generated";
import { date } from "@/shared/lib/time";

/** What was done, as the middle of a sentence: by – what – whom. */
const DEEDS: Record<AuditEntry["action"], string> = {
  "person.deactivated": "locked",
  "person.reactivated": "unlocked",
  "person.factors_reset": "reset the second factors of",
  "person.erasure_asked": "asked for the deletion of",
  "person.erasure_cancelled": "took back the deletion of",
  "person.erased": "deleted for good the account",
  "role.granted": "made an administrator of",
  "role.taken": "took the role from",
  "invitation.made": "made the invitation",
  "invitation.revoked": "revoked the invitation",
  "report.closed": "closed a report about",
};

export function deedOf(entry: AuditEntry): { by: string; did: string; whom: string } {
  const nobody = entry.action === "person.erased" ? "Nexync" : "A command";
  return {
    by: entry.by === "" ? nobody : `@${entry.by}`,
    did: DEEDS[entry.action],
    whom: whomOf(entry),
  };
}

function whomOf({ action, subject }: AuditEntry): string {
  if (action.startsWith("invitation.")) return subject === "" ? "" : `“${subject}”`;
  return subject === "" ? "somebody whose account is gone" : `@${subject}`;
}

/** What is worth knowing of somebody at a glance. */
export function marksOf(one: ManagedPerson): string[] {
  const marks: string[] = [];
  if (one.deactivated_at !== null) marks.push("Locked");
  if (one.erase_at !== null) marks.push(`Will be deleted on ${date(one.erase_at)}`);
  if (one.role !== "none") marks.push("Administrator");
  if (one.bot) marks.push(one.owner === null ? "Bot" : `Bot of @${one.owner}`);
  if (!one.verified) marks.push("Address not proved");
  if (one.second_factor) marks.push("Two-step verification");
  if (one.passkeys > 0) marks.push(one.passkeys === 1 ? "1 passkey" : `${one.passkeys} passkeys`);
  return marks;
}

/** Whether an invitation lets anybody in, and if not, why. */
export function stateOf(
  { revoked_at, expires_at, uses, most }: InvitationView,
  now: number,
): "good" | "revoked" | "expired" | "used up" {
  if (revoked_at !== null) return "revoked";
  if (uses >= most) return "used up";
  return expires_at <= now ? "expired" : "good";
}

export const REASON_WORDS: Record<ReportReason, string> = {
  spam: "Spam",
  abuse: "Insults or harassment",
  violence: "Violence or threats",
  sexual: "Sexual content",
  impersonation: "Pretending to be somebody else",
  other: "Something else",
};
