/** What an invite link holds. It stands behind the `#`, which browsers never send to a server. */
export type InviteLink = { chat: string; invite: string; secret: string };

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const FRAGMENT = new RegExp(`^#?(${UUID})\\.(${UUID})\\.([0-9a-f]{32})$`);

export function linkOf(link: InviteLink, origin: string): string {
  return `${origin}/join#${link.chat}.${link.invite}.${link.secret}`;
}

/** The link in a location's fragment; null if there is none. */
export function readLink(fragment: string): InviteLink | null {
  const [, chat, invite, secret] = FRAGMENT.exec(fragment) ?? [];
  return chat === undefined || invite === undefined || secret === undefined
    ? null
    : { chat, invite, secret };
}

/** 128 random bits, hexadecimal. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
