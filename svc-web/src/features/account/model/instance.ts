import { invitationBodySchema, type InstanceView } from "@/shared/contracts/generated";

/** What is known of the invitation in the address. */
export type Invited = "none" | "asking" | "good" | "over";

/** What stands before who wants an account: a form, or words why there is none. */
export type Door = {
  form: boolean;
  words: string;
  /** Which addresses come in; null for all. */
  addresses: string | null;
};

const CODE = "We send a code to your e-mail address to check that it is yours.";

/** An invitation's token from the part of the address behind `#`; null for none that could be one. */
export function tokenOf(fragment: string): string | null {
  const token = fragment.replace(/^#/, "");
  return invitationBodySchema.shape.invitation.safeParse(token).success ? token : null;
}

export function doorOf(
  { registration, domains }: Pick<InstanceView, "registration" | "domains">,
  invited: Invited,
): Door {
  const shut = (words: string): Door => ({ form: false, words, addresses: null });
  const open = (addresses: string | null = null): Door => ({ form: true, words: CODE, addresses });
  if (registration === "closed") return shut("Nobody can make an account here at the moment.");
  if (registration === "open" || invited === "good") return open();
  if (registration === "domains") return open(`Any address at ${either(domains)}.`);
  return invited === "over"
    ? shut("Ask whoever invited you for a new link.")
    : shut("Accounts are made by invitation here. Ask those who run it for a link.");
}

function either(domains: readonly string[]): string {
  const shown = domains.slice(0, 3);
  if (domains.length > shown.length) return `${shown.join(", ")} and ${domains.length - 3} more`;
  return shown.length < 2
    ? shown.join("")
    : `${shown.slice(0, -1).join(", ")} or ${String(shown.at(-1))}`;
}
