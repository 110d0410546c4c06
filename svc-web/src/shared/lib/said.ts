import type { MessageCreated } from "@/shared/contracts/generated";

/** A message that says this and no more. */
export function said(body: string): MessageCreated {
  const nothing = { reply_to: null, mentions: [], mention_all: false, forwarded: false };
  return { tag: "message.created", body, ...nothing };
}
