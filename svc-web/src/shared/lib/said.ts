import type { Attachment, Event, MessageCreated } from "@/shared/contracts/generated";

/** A message that says this and no more. */
export function said(body: string): MessageCreated {
  return {
    tag: "message.created",
    body,
    reply_to: null,
    mentions: [],
    mention_all: false,
    forwarded: false,
    attachments: [],
    hidden: false,
    hook: null,
  };
}

/** Whether the person said it. What a program says by a webhook of theirs is said by the program. */
export function saidBy({ by, event }: { by: string; event: Event }, person: string): boolean {
  return by === person && (event.tag !== "message.created" || event.hook === null);
}

/** What stands for a message in one line: its text, or else its files. */
export function saidIn(message: { body: string; attachments: readonly Attachment[] }): string {
  const { body, attachments } = message;
  const [first] = attachments;
  if (body !== "" || first === undefined) return body;
  return attachments.length === 1 ? first.name : `${attachments.length} files`;
}

/** Instead of what somebody says in a group whom the reader blocked. */
export const COVERED = "Message of a blocked person";
