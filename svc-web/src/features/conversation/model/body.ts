import { limits } from "@/shared/contracts/generated";

const encoder = new TextEncoder();

/** Bytes of UTF-8; what can't be encoded (half a surrogate pair) counts as its replacement. */
export function bodyBytes(text: string): number {
  return encoder.encode(text).length;
}

/**
 * What is sent for what was typed: as it is, but U+0000 and half characters, which no wire carries.
 * `null` when there is nothing to send or it is too long.
 */
export function sendable(text: string): string | null {
  const body = text.replaceAll("\0", "").toWellFormed();
  if (body.trim() === "" || bodyBytes(body) > limits.messageBodyBytes) return null;
  return body;
}
