import {
  added,
  became,
  carried,
  described,
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
import { copied, describe, found, UnreadableError, upload, type Steps } from "@/shared/lib/upload";
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
  /** What the server made of it. */
  made: Attachment | null;
  /** As it was when the page was left with it. */
  was: Attachment | null;
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
        { ...about, key, image, width: null, height: null, blur: null, alt: null },
        {
          begin: (signal, steps) => upload(file, about, signal, steps),
          address: image ? URL.createObjectURL(file) : null,
          end: new AbortController(),
          id: null,
          made: null,
          was: null,
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
        const { name, size, width, height, blur, alt } = file;
        const image = file.kind === "image";
        return [
          { key: crypto.randomUUID(), name, size, image, width, height, blur, alt },
          {
            begin: (signal, steps) => copied({ ...from, file: file.id }, signal, steps),
            address: null,
            end: new AbortController(),
            id: null,
            made: null,
            was: null,
          },
        ];
      }),
    );
  }

  /**
   * Files that were ready when the page was left, or with which a message waits (`settled`): the server is asked whether it
   * still has them.
   */
  restore(files: readonly Attachment[], settled = false): void {
    const room = limits.messageAttachments - this.#uploads.length;
    this.#take(
      files.slice(0, Math.max(0, room)).map((file): [Chosen, Kept] => {
        const { id, name, size, width, height, blur, alt } = file;
        const image = file.kind === "image";
        return [
          { key: crypto.randomUUID(), name, size, image, width, height, blur, alt, settled },
          {
            begin: (signal, steps) => found(id, signal, steps),
            address: null,
            end: new AbortController(),
            // What a message waits with is not given up by taking it away here.
            id: settled ? null : id,
            made: null,
            was: file,
          },
        ];
      }),
    );
  }

  /** Those that the server has, as it has them: they need not go up again. */
  lasting(): Attachment[] {
    return this.#uploads.flatMap(({ key, status }) => {
      const kept = this.#kept.get(key);
      const file = kept?.made ?? kept?.was ?? null;
      return file === null || status.kind === "failed" ? [] : [file];
    });
  }

  /** The page is left: what the server has stays there for the next, the rest is given up. */
  leave(): void {
    for (const kept of this.#kept.values()) if (kept.made ?? kept.was) kept.id = null;
    this.close();
  }

  /** What an image looks like before it is sent. */
  preview(key: string): string | null {
    return this.#kept.get(key)?.address ?? null;
  }

  /** Says what an image shows. One that is there already isn't carried before the server knows, too. */
  describe(key: string, alt: string | null): void {
    const one = this.#uploads.find((each) => each.key === key);
    if (one === undefined || one.alt === alt) return;
    this.#set(described(this.#uploads, key, alt));
    if (one.status.kind === "ready") this.again(key);
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

  /** The server keeps all of it with a message for later; the next message begins without. */
  given(): void {
    this.#kept.clear();
    this.#set([]);
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

  async #send({ key, size }: Upload): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    const now = (status: Upload["status"]): void => this.#set(became(this.#uploads, key, status));
    let sent = kept.made === null ? 0 : size;
    now({ kind: "sending", sent });
    const steps: Steps = {
      onBegun: (id) => (kept.id = id),
      onSent: (bytes) => {
        sent = bytes;
        now({ kind: "sending", sent });
      },
      onWaiting: () => now({ kind: "waiting", sent }),
    };
    try {
      kept.made ??= await kept.begin(kept.end.signal, steps);
      if (kept.address !== null) keepSeen(kept.made, kept.address);
      now({ kind: "ready", attachment: await this.#described(key, kept, kept.made, steps) });
    } catch (error) {
      if (kept.end.signal.aborted) return;
      now({ kind: "failed", ...failure(error) });
    }
    this.#go();
  }

  /** As the server has it once it knows what was said of it, also meanwhile. What it takes for no image has no words. */
  async #described(key: string, kept: Kept, made: Attachment, steps: Steps): Promise<Attachment> {
    const wanted = (): string | null => this.#uploads.find((one) => one.key === key)?.alt ?? null;
    let [now, told] = [made, made.alt];
    while (now.kind === "image" && wanted() !== told) {
      told = wanted();
      now = await describe(now.id, told, kept.end.signal, steps);
      kept.made = now;
    }
    return now;
  }

  #set(uploads: Uploads): void {
    this.#uploads = uploads;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What another try can't change, can only be removed. */
const FINAL = new Set(["file_refused", "validation", "not_found", "conflict"]);

function failure(error: unknown): { words: string; again: boolean } {
  if (error instanceof UnreadableError) {
    return { words: "The file can’t be read any more. Choose it again.", again: false };
  }
  const again = !(error instanceof RestError) || !FINAL.has(error.code);
  return { words: errorWords(error), again };
}
