import {
  endpoints,
  limits,
  type Attachment,
  type CreateAttachmentBody,
} from "@/shared/contracts/generated";
import { call, RestError } from "@/shared/lib/rest";

/** Milliseconds after which a lost connection is tried again; the last one from then on. */
const WAITS = [500, 1_000, 2_000, 5_000];

/** The file can't be read any more: it was moved, changed or removed on its device. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

export type Steps = {
  /** The server has given it a name; it can be given up by that. */
  onBegun?: (id: string) => void;
  /** So many bytes are there. */
  onSent: (sent: number) => void;
  /** No connection: it goes on by itself. */
  onWaiting: () => void;
};

/** Lets tests make time pass. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Uploads a file in parts and has it made ready. After a lost connection it asks how far it is and goes on from
 * there, for as long as it takes. Throws RestError where that changes nothing, UnreadableError, and what `signal`
 * ended it with.
 */
export function upload(
  file: Blob,
  about: CreateAttachmentBody,
  signal: AbortSignal,
  steps: Steps,
  sleep: Sleep = pause,
): Promise<Attachment> {
  const key = crypto.randomUUID();
  return persistent(() => once(file, about, key, signal, steps), signal, steps, sleep);
}

/** Makes a file of a message one's own; nothing of it is loaded. Throws like `upload`. */
export function copied(
  of: { chat: string; message: number; file: string },
  signal: AbortSignal,
  steps: Steps,
  sleep: Sleep = pause,
): Promise<Attachment> {
  const key = crypto.randomUUID();
  const path = { chat: of.chat, attachment: of.file };
  const turn = async (): Promise<Attachment> => {
    const body = { message: of.message };
    const view = await call(endpoints.copyAttachment, { path, body, key, signal });
    steps.onBegun?.(view.id);
    if (view.attachment === null) throw new RestError("unreadable");
    return view.attachment;
  };
  return persistent(turn, signal, steps, sleep);
}

/** An upload of one's own that was ready before. Throws like `upload`; with `not_found` when it was removed. */
export function found(
  file: string,
  signal: AbortSignal,
  steps: Steps,
  sleep: Sleep = pause,
): Promise<Attachment> {
  const turn = async (): Promise<Attachment> => {
    const view = await call(endpoints.attachment, { path: { attachment: file }, signal });
    if (view.attachment === null) throw new RestError("unreadable");
    return view.attachment;
  };
  return persistent(turn, signal, steps, sleep, AWAY);
}

/** Says what an image of one's own shows, before it is sent. Throws like `upload`. */
export function describe(
  file: string,
  alt: string | null,
  signal: AbortSignal,
  steps: Steps,
  sleep: Sleep = pause,
): Promise<Attachment> {
  const turn = async (): Promise<Attachment> => {
    const path = { attachment: file };
    const view = await call(endpoints.describeAttachment, { path, body: { alt }, signal });
    if (view.attachment === null) throw new RestError("unreadable");
    return view.attachment;
  };
  return persistent(turn, signal, steps, sleep, AWAY);
}

async function once(
  file: Blob,
  about: CreateAttachmentBody,
  key: string,
  signal: AbortSignal,
  steps: Steps,
): Promise<Attachment> {
  let view = await call(endpoints.createAttachment, { body: about, key, signal });
  const path = { attachment: view.id };
  steps.onBegun?.(view.id);
  while (view.attachment === null && view.received < about.size) {
    steps.onSent(view.received);
    const offset = view.received;
    const bytes = await read(file.slice(offset, offset + limits.attachmentPartBytes));
    view = await call(endpoints.writeAttachment, { path, query: { offset }, bytes, signal });
  }
  if (view.attachment === null) {
    steps.onSent(about.size);
    view = await call(endpoints.finishAttachment, { path, signal });
  }
  if (view.attachment === null) throw new RestError("unreadable");
  return view.attachment;
}

/** Read before it is sent: the browser would tell of a file that is gone as if the connection were. */
async function read(part: Blob): Promise<Blob> {
  try {
    return new Blob([await part.arrayBuffer()]);
  } catch {
    throw new UnreadableError("the file can't be read");
  }
}

async function persistent(
  turn: () => Promise<Attachment>,
  signal: AbortSignal,
  steps: Steps,
  sleep: Sleep,
  passing: ReadonlySet<string> = PASSING,
): Promise<Attachment> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await turn();
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof RestError && passing.has(error.code))) throw error;
      steps.onWaiting();
      await sleep(waitAfter(failures, error), signal);
    }
  }
}

/** Trouble that ends by itself. */
const AWAY: ReadonlySet<string> = new Set(["offline", "unavailable", "not_yet", "too_fast"]);

/** And a conflict means that a part was taken whose answer was lost: ask how far it is. */
const PASSING: ReadonlySet<string> = new Set([...AWAY, "conflict"]);

function waitAfter(failures: number, error: RestError): number {
  const usual = WAITS[Math.min(failures, WAITS.length - 1)] ?? 5_000;
  return Math.max(usual, (error.retryAfter ?? 0) * 1_000);
}

/** Whoever has a connection again doesn't wait for the clock. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      over.abort();
      resolve();
    }
    window.addEventListener("online", done, { signal: over.signal });
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        over.abort();
        reject(new DOMException("given up", "AbortError"));
      },
      { signal: over.signal },
    );
  });
}
