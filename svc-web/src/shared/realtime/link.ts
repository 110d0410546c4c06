import { serverFrameSchema, type ServerFrame } from "@/shared/contracts/generated";

/** The part of a browser's WebSocket that is used here. */
export type Wire = {
  send(text: string): void;
  close(code?: number): void;
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (message: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (close: { code: number }) => void): void;
};

export type LinkEvents = {
  frame(link: Link, frame: ServerFrame): void;
  closed(link: Link, code: number, welcomed: boolean): void;
};

/** How long a socket may take from its first byte to `resumed`, milliseconds. */
const OPENING_MS = 15_000;
/** The close code of a link that we gave up ourselves. */
const SILENT = 4000;

/** One socket: parses what comes in, and ends exactly once. */
export class Link {
  readonly #wire: Wire;
  readonly #events: LinkEvents;
  #opening: ReturnType<typeof setTimeout> | null;
  #heard = Date.now();
  #welcomed = false;
  #features: readonly string[] = [];
  #over = false;

  constructor(wire: Wire, events: LinkEvents, hello: () => object) {
    this.#wire = wire;
    this.#events = events;
    this.#opening = setTimeout(() => this.#end(SILENT), OPENING_MS);
    wire.addEventListener("open", () => this.send(hello()));
    wire.addEventListener("message", (message) => this.#receive(message.data));
    wire.addEventListener("close", (close) => this.#end(close.code));
  }

  /** Milliseconds since the last frame came in. */
  get silence(): number {
    return Date.now() - this.#heard;
  }

  /** Whether the gateway said that it takes such frames. */
  takes(feature: string): boolean {
    return this.#features.includes(feature);
  }

  send(frame: object): void {
    if (!this.#over) this.#wire.send(JSON.stringify(frame));
  }

  /** The streams are caught up; the opening is over. */
  settled(): void {
    if (this.#opening !== null) clearTimeout(this.#opening);
    this.#opening = null;
  }

  /** Given up as silent: reported as closed, so that the owner comes back. */
  abandon(): void {
    this.#end(SILENT);
  }

  /** Closed on purpose: nothing is reported. */
  retire(): void {
    this.#over = true;
    this.settled();
    this.#wire.close(1000);
  }

  #receive(data: unknown): void {
    if (this.#over || typeof data !== "string") return;
    this.#heard = Date.now();
    const parsed = serverFrameSchema.safeParse(parse(data));
    // A frame that this release doesn't know comes from a newer server and is none of our business.
    if (!parsed.success) return;
    if (parsed.data.t === "welcome") {
      this.#welcomed = true;
      this.#features = parsed.data.features;
    }
    this.#events.frame(this, parsed.data);
  }

  #end(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.settled();
    this.#wire.close();
    this.#events.closed(this, code, this.#welcomed);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
