import type { Request } from "playwright-core";

/** What pictures pretend, and how a pretended Nexync is asked and answers. */

export const NOW = new Date(2026, 0, 15, 14, 5).getTime();
export const MINUTE = 60_000;

export type Pretence = {
  account: "none" | "new" | "busy";
  line?: "live" | "down" | "rejecting";
  /** Two-step verification; `first`: one must be set up before anything else. */
  factor?: "on" | "first";
  /** The account is to be deleted; without the word it isn't. */
  erasure?: "asked";
  /** The partner of the private chat has deleted their account. */
  partner?: "deleted";
  /** Passkeys that one has; without the word there is none. */
  passkeys?: "two";
  /** Providers that one can log in with, of which one is linked; or an account that has nothing else. */
  providers?: "two" | "only";
  /** Chats that are muted, pinned, archived, marked, and one with a draft. */
  own?: "kept";
  /** The partner of the private chat and somebody in the group are blocked. */
  blocked?: "two";
  /** Messages for later, of which one couldn't be sent. */
  scheduled?: "two";
  /** Webhooks of the group, of which one has said something. */
  hooks?: "two";
  /** The private chat has files; `hard`: many, and such as don't come. */
  files?: "some" | "hard";
  /** Who may make an account; without the word everybody. An invitation is always over. */
  registration?: "domains" | "invite" | "closed";
  /** One is an administrator; `new` of an instance where nothing was done yet. */
  admin?: "busy" | "new";
  /** Push notifications are set up; `on` also on this device. */
  push?: "off" | "on";
};

export type Asked = {
  path: string;
  method: string;
  query: URLSearchParams;
  /** The body, as JSON. */
  sent: () => unknown;
};

export type Answer = { status: number; body: unknown };

/** One area's endpoints; null for what is not its own. */
export type Answering = (asked: Asked, how: Pretence) => Answer | null;

export function askedBy(request: Request): Asked {
  const { pathname: path, searchParams: query } = new URL(request.url());
  return { path, method: request.method(), query, sent: (): unknown => request.postDataJSON() };
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body });

export const problem = (status: number, code: string): Answer => ({
  status,
  body: { title: "No", status, code },
});
