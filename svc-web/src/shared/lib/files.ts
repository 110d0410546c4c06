import { endpoints, limits, type Attachment } from "@/shared/contracts/generated";
import { addressOf, content } from "@/shared/lib/rest";

export type Variant = "original" | "preview" | "thumb";

/** The file of a message: whoever wants it names both. */
export type InMessage = { chat: string; message: number; file: string };

const asked = ({ chat, message, file }: InMessage, variant: Variant) => ({
  path: { chat, attachment: file, variant },
  query: { message },
});

/** Where the file of a message is; the server asks the message whether this person may have it. */
export function fileAddress(of: InMessage, variant: Variant): string {
  return addressOf(endpoints.download, asked(of, variant));
}

/** The file itself; unlike an address that the browser loads, it goes on after a session was renewed. Throws RestError. */
export function fileContent(of: InMessage, variant: Variant, signal: AbortSignal): Promise<Blob> {
  return content(endpoints.download, { ...asked(of, variant), signal });
}

/** What stands for an image where it isn't seen: its author's words, or else its name. */
export function altOf({ alt, name }: Pick<Attachment, "alt" | "name">): string {
  return alt ?? `Image: ${name}`;
}

/** What was typed of an image, as it is kept: in one line; null for nothing. */
export function altText(typed: string): string | null {
  const text = typed
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return text === "" ? null : text;
}

/** How many characters are left for it, as the contract counts them; below 0 it is too long. */
export function altLeft(typed: string): number {
  return limits.altChars - Array.from(altText(typed) ?? "").length;
}

/** Hands something to the browser to be saved. */
export function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The name without what the server refuses: folders, and characters that can't be seen or turn the name around. */
export function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const seen = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim();
  // The contract counts characters as they are in Unicode, not their halves.
  const characters = Array.from(seen);
  if (characters.length <= limits.fileNameChars) return seen === "" ? "file" : seen;
  const ending = Array.from(/\.[^.]{1,16}$/.exec(seen)?.[0] ?? "");
  const kept = characters.slice(0, limits.fileNameChars - ending.length).join("");
  return kept.trimEnd() + ending.join("");
}
