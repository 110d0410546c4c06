import { limits, type Attachment } from "@/shared/contracts/generated";
import { sizeWords } from "@/shared/lib/sizes";

/** What is known of a file before the server has looked at it. `width` and `height` are there once it was decoded. */
export type Chosen = {
  key: string;
  name: string;
  size: number;
  image: boolean;
  width: number | null;
  height: number | null;
  blur: string | null;
  /** What an image shows, in its author's words. */
  alt: string | null;
  /** A message waits with it already: its words stay. */
  settled?: boolean;
};

/** A file on its way up. `sent` counts bytes that the server has. */
export type Upload = Chosen & {
  status:
    | { kind: "queued" }
    | { kind: "sending"; sent: number }
    /** No connection: it goes on by itself from `sent`. */
    | { kind: "waiting"; sent: number }
    | { kind: "ready"; attachment: Attachment }
    /** `again`: the same may work another time. */
    | { kind: "failed"; words: string; again: boolean };
};

export type Uploads = readonly Upload[];

/** As people say it; the server counts in powers of two. */
export const MOST_WORDS = `${limits.attachmentBytes / 1_048_576} MB`;

/** Takes files in, as many as a message may have; what is too large or empty is shown with the reason. */
export function added(uploads: Uploads, files: readonly Chosen[]): Uploads {
  const room = Math.max(0, limits.messageAttachments - uploads.length);
  return [...uploads, ...files.slice(0, room).map(begun)];
}

function begun(file: Chosen): Upload {
  if (file.size > limits.attachmentBytes) {
    const words = `Larger than ${MOST_WORDS}, the most for one file`;
    return { ...file, status: { kind: "failed", words, again: false } };
  }
  if (file.size === 0) {
    return { ...file, status: { kind: "failed", words: "The file is empty", again: false } };
  }
  return { ...file, status: { kind: "queued" } };
}

/** What is said when more were chosen than fit. */
export function leftOutWords(more: number): string {
  const most = `A message has at most ${limits.messageAttachments} files.`;
  return more === 1 ? `${most} One was left out.` : `${most} ${more} were left out.`;
}

export function became(uploads: Uploads, key: string, status: Upload["status"]): Uploads {
  return uploads.map((one) => (one.key === key ? { ...one, status } : one));
}

export function measured(uploads: Uploads, key: string, width: number, height: number): Uploads {
  return uploads.map((one) => (one.key === key ? { ...one, width, height } : one));
}

export function described(uploads: Uploads, key: string, alt: string | null): Uploads {
  return uploads.map((one) => (one.key === key ? { ...one, alt } : one));
}

export function without(uploads: Uploads, keys: readonly string[]): Uploads {
  return uploads.filter((one) => !keys.includes(one.key));
}

/** What a message can carry now; null while something is still on its way or has failed. */
export function carried(uploads: Uploads): Attachment[] | null {
  const ready: Attachment[] = [];
  for (const { status } of uploads) {
    if (status.kind !== "ready") return null;
    ready.push(status.attachment);
  }
  return ready;
}

/** Something has failed, which its sender has to decide about. */
export function anyFailed(uploads: Uploads): boolean {
  return uploads.some(({ status }) => status.kind === "failed");
}

/** How far it is, from 0 to 1. */
export function progress({ size, status }: Upload): number {
  switch (status.kind) {
    case "queued":
    case "failed":
      return 0;
    case "sending":
    case "waiting":
      return size === 0 ? 0 : Math.min(1, status.sent / size);
    case "ready":
      return 1;
  }
}

/** What is said of it beside its name. */
export function stateWords({ size, status }: Upload): string {
  switch (status.kind) {
    case "queued":
      return sizeWords(size);
    case "sending":
      return status.sent >= size
        ? "Almost there"
        : `${sizeWords(status.sent)} of ${sizeWords(size)}`;
    case "waiting":
      return "Waits for a connection";
    case "ready":
      return sizeWords(status.attachment.size);
    case "failed":
      return status.words;
  }
}
