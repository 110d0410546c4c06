import type { MessageCreated } from "@/shared/contracts/generated";

/** A message that says this and no more. */
export function said(body: string): MessageCreated {
  return { tag: "message.created", body, reply_to: null, mentions: [], mention_all: false };
}
