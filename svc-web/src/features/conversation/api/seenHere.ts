import type { Attachment } from "@/shared/contracts/generated";

/** Own images whose content this page still has; more are loaded from the server like anybody's. */
const MOST = 40;

const known = new Map<string, string>();

/** The image stays what it looked like while it was sent; `address` is let go with it. */
export function keepSeen(attachment: Attachment, address: string): void {
  // The server made something else of it: then that is shown.
  if (attachment.kind !== "image") return;
  known.set(attachment.id, address);
  for (const [id, oldest] of known) {
    if (known.size <= MOST) return;
    known.delete(id);
    URL.revokeObjectURL(oldest);
  }
}

/** Where the content of an own image is on this device; null for all others. */
export function seenHere(attachment: string): string | null {
  return known.get(attachment) ?? null;
}
