import {
  added,
  became,
  carried,
  leftOutWords,
  measured,
  without,
  type Chosen,
  type Upload,
  type Uploads,
} from "@/features/conversation/model/uploads";
import { keepSeen } from "@/features/conversation/api/seenHere";
import { endpoints, limits, type Attachment } from "@/shared/contracts/generated";
import { cleanName } from "@/shared/lib/files";
import { call, RestError } from "@/shared/lib/rest";
import { copied, UnreadableError, upload, type Steps } from "@/shared/lib/upload";
import { errorWords } from "@/shared/lib/words";

/** Files that are on their way at the same time; the others wait. */
const AT_ONCE = 2;

type Kept = {
  begin: (signal: AbortSignal, steps: Steps) => Promise<Attachment>;
  /** What the page shows of an image while its sender's device has it. */
  address: string | null;
  end: AbortController;
  /** The server's name of it. */
  id: string | null;
};

/** The files of one message: they go up while one writes, and survive a lost connection. */
export class UploadList {
  #uploads: Uploads = [];
  #leftOut: string | null = null;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  #held: boolean;

  /** `held`: nothing begins before it is let go. */
  constructor(held = false) {
    this.#held = held;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): Uploads => this.#uploads;

  /** Says that some were too many, until the next are chosen. */
  readonly leftOut = (): string | null => this.#leftOut;

  add(files: readonly File[]): void {
    const room = limits.messageAttachments - this.#uploads.length;
    const taken = files.slice(0, Math.max(0, room));
    const chosen = taken.map((file): [Chosen, Kept] => {
      const about = { name: cleanName(file.name), size: file.size };
      const image = /^image\/(jpeg|png|webp|gif)$/.test(file.type);
      const key = crypto.randomUUID();
      return [
        { ...about, key, image, width: null, height: null, blur: null },
        {
          begin: (signal, steps) => upload(file, about, signal, steps),
          address: image ? URL.createObjectURL(file) : null,
          end: new AbortController(),
          id: null,
        },
      ];
    });
    const more = files.length - taken.length;
    this.#leftOut = more > 0 ? leftOutWords(more) : null;
    this.#take(chosen);
    for (const [{ key }, { address }] of chosen) if (address !== null) this.#measure(key, address);
  }

  /** Files of a message, to be sent in another chat: the server makes copies, nothing goes through this device. */
  copy(from: { chat: string; message: number }, files: readonly Attachment[]): void {
    this.#take(
      files.map((file): [Chosen, Kept] => {
        const { name, size, width, height, blur } = file;
        const image = file.kind === "image";
        return [
          { key: crypto.randomUUID(), name, size, image, width, height, blur },
          {
            begin: (signal, steps) => copied({ ...from, file: file.id }, signal, steps),
            address: null,
            end: new AbortController(),
            id: null,
          },
        ];
      }),
    );
  }

  /** What an image looks like before it is sent. */
  preview(key: string): string | null {
    return this.#kept.get(key)?.address ?? null;
  }

  again(key: string): void {
    this.#set(became(this.#uploads, key, { kind: "queued" }));
    this.#go();
  }

  /** Takes a file away again; the server forgets it. */
  remove(key: string): void {
    this.#leftOut = null;
    this.#drop([key]);
    this.#go();
  }

  letGo(): void {
    this.#held = false;
    this.#go();
  }

  get held(): boolean {
    return this.#held;
  }

  /** Something of it goes on by itself. */
  get busy(): boolean {
    const still = ["queued", "sending", "waiting"];
    return !this.#held && this.#uploads.some(({ status }) => still.includes(status.kind));
  }

  /** Gives everything up. */
  close(): void {
    this.#drop(this.#uploads.map(({ key }) => key));
  }

  /** What the message carries, once all is there; null while something is on its way or has failed. */
  carried(): Attachment[] | null {
    return carried(this.#uploads);
  }

  #take(chosen: readonly (readonly [Chosen, Kept])[]): void {
    for (const [{ key }, kept] of chosen) this.#kept.set(key, kept);
    this.#set(
      added(
        this.#uploads,
        chosen.map(([about]) => about),
      ),
    );
    this.#go();
  }

  /** So that its place has the right shape from the beginning. */
  #measure(key: string, address: string): void {
    const image = new Image();
    image.addEventListener("load", () => {
      this.#set(measured(this.#uploads, key, image.naturalWidth, image.naturalHeight));
    });
    image.src = address;
  }

  #drop(keys: readonly string[]): void {
    for (const key of keys) {
      const kept = this.#kept.get(key);
      if (kept === undefined) continue;
      kept.end.abort();
      this.#kept.delete(key);
      if (kept.address !== null) URL.revokeObjectURL(kept.address);
      // What isn't reached now is removed by the server after a day.
      if (kept.id !== null) {
        const path = { attachment: kept.id };
        void call(endpoints.dropAttachment, { path }).catch(() => undefined);
      }
    }
    this.#set(without(this.#uploads, keys));
  }

  #go(): void {
    if (this.#held) return;
    const busy = this.#uploads.filter(({ status }) => ["sending", "waiting"].includes(status.kind));
    const queued = this.#uploads.filter(({ status }) => status.kind === "queued");
    for (const one of queued.slice(0, Math.max(0, AT_ONCE - busy.length))) void this.#send(one);
  }

  async #send({ key }: Upload): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    const now = (status: Upload["status"]): void => this.#set(became(this.#uploads, key, status));
    let sent = 0;
    now({ kind: "sending", sent });
    try {
      const attachment = await kept.begin(kept.end.signal, {
        onBegun: (id) => (kept.id = id),
        onSent: (bytes) => {
          sent = bytes;
          now({ kind: "sending", sent });
        },
        onWaiting: () => now({ kind: "waiting", sent }),
      });
      if (kept.address !== null) keepSeen(attachment, kept.address);
      now({ kind: "ready", attachment });
    } catch (error) {
      if (kept.end.signal.aborted) return;
      now({ kind: "failed", ...failure(error) });
    }
    this.#go();
  }

  #set(uploads: Uploads): void {
    this.#uploads = uploads;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What another try can't change, can only be removed. */
const FINAL = new Set(["file_refused", "validation", "not_found"]);

function failure(error: unknown): { words: string; again: boolean } {
  if (error instanceof UnreadableError) {
    return { words: "The file can’t be read any more. Choose it again.", again: false };
  }
  const again = !(error instanceof RestError) || !FINAL.has(error.code);
  return { words: errorWords(error), again };
}
