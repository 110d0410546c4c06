import type { z } from "zod";
import {
  endpoints,
  problemSchema,
  type Issue,
  type Problem,
  type ProblemCode,
  type RejectCode,
} from "@/shared/contracts/generated";

type Endpoint = (typeof endpoints)[keyof typeof endpoints];
type BodyOf<E extends Endpoint> = E["body"] extends z.ZodType ? z.input<E["body"]> : undefined;
type AnswerOf<E extends Endpoint> = E["answer"] extends z.ZodType ? z.output<E["answer"]> : null;

export type Call<E extends Endpoint> = {
  path?: Record<string, string>;
  query?: Partial<Record<E["query"][number], string | number>>;
  body?: BodyOf<E>;
  /** The content itself, for an operation that takes bytes. */
  bytes?: Blob;
  /** Becomes the command's id: the same key has the same outcome. */
  key?: string;
  signal?: AbortSignal;
  /** It goes on when the page is closed; its body has a few kilobytes at most. */
  outlives?: boolean;
};

/** A call without the types of its operation. */
type Raw = {
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  bytes?: Blob;
  key?: string;
  signal?: AbortSignal;
  outlives?: boolean;
};

/** How long one request may take, milliseconds: the server's longest wait is 6 s. */
const TIMEOUT_MS = 15_000;

/** The same for content, milliseconds: 1 MiB at 20 kB a second goes through. */
const BYTES_TIMEOUT_MS = 60_000;

/** How often a request that came too fast is repeated by itself, and the longest pause before it, seconds. */
const TURNS = 3;
const PAUSE_SECONDS = 8;

/** A call that failed. `code` is the contract's, or says that no answer came or it could not be read. */
export class RestError extends Error {
  readonly code: ProblemCode | "offline" | "unreadable";
  readonly reject: RejectCode | null;
  readonly issues: readonly Issue[];
  /** Seconds after which it may work. */
  readonly retryAfter: number | null;

  constructor(code: RestError["code"], problem?: Problem) {
    super(problem?.detail ?? problem?.title ?? code);
    this.name = "RestError";
    this.code = code;
    this.reject = problem?.reject ?? null;
    this.issues = problem?.issues ?? [];
    this.retryAfter = problem?.retry_after ?? null;
  }
}

/**
 * Calls one operation of the contract: the body is typed by it, the answer parsed by it.
 * An expired access cookie is refreshed once, by one tab for all. Throws RestError.
 */
export async function call<E extends Endpoint>(
  endpoint: E,
  given: Call<E> = {},
): Promise<AnswerOf<E>> {
  const response = await answered(endpoint, given);
  if (endpoint.answer === null) return null as AnswerOf<E>;
  const parsed = endpoint.answer.safeParse(await json(response));
  if (!parsed.success) throw new RestError("unreadable");
  return parsed.data as AnswerOf<E>;
}

/** The content that an operation gives, with the same care. Throws RestError. */
export async function content<E extends Endpoint>(endpoint: E, given: Call<E>): Promise<Blob> {
  const response = await answered(endpoint, given, BYTES_TIMEOUT_MS);
  try {
    return await response.blob();
  } catch (error) {
    if (given.signal?.aborted) throw error;
    throw new RestError("offline");
  }
}

/** Where an operation is, for what a browser loads by itself. */
export function addressOf<E extends Endpoint>(
  endpoint: E,
  given: Pick<Call<E>, "path" | "query">,
): string {
  return address(endpoint, given);
}

async function answered(endpoint: Endpoint, given: Raw, timeout?: number): Promise<Response> {
  const began = Date.now();
  let response = await request(endpoint, given, timeout);
  if (response.status === 401 && !endpoint.open && (await refresh(began))) {
    response = await request(endpoint, given, timeout);
  }
  for (let turn = 0; response.status === 429 && turn < TURNS; turn += 1) {
    const error = await failure(response);
    if (!(await waited(endpoint, given, error))) throw error;
    response = await request(endpoint, given, timeout);
  }
  if (!response.ok) throw await failure(response);
  return response;
}

/**
 * After the pause that the server asked for, `true`; `false` at once for what must not be repeated by itself: a change
 * without a key, or a pause that somebody would notice as standing still.
 */
async function waited(endpoint: Endpoint, given: Raw, error: RestError): Promise<boolean> {
  const seconds = error.retryAfter;
  const safe = endpoint.method === "GET" || given.key !== undefined;
  if (error.code !== "too_fast" || !safe || seconds === null || seconds > PAUSE_SECONDS) {
    return false;
  }
  await pause(seconds * 1000 * (1 + Math.random() / 4), given.signal);
  return true;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener("abort", gone);
      resolve();
    }
    function gone(): void {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    }
    if (signal?.aborted) gone();
    else signal?.addEventListener("abort", gone, { once: true });
  });
}

async function request(endpoint: Endpoint, given: Raw, ms?: number): Promise<Response> {
  const most = given.bytes === undefined ? TIMEOUT_MS : BYTES_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(ms ?? most);
  const headers: Record<string, string> = { Accept: "application/json" };
  if (given.body !== undefined) headers["Content-Type"] = "application/json";
  if (given.bytes !== undefined) headers["Content-Type"] = "application/octet-stream";
  if (given.key !== undefined) headers["Idempotency-Key"] = given.key;
  try {
    return await fetch(address(endpoint, given), {
      method: endpoint.method,
      headers,
      credentials: "same-origin",
      // An answer with an ETag may be kept, and the server is asked each time whether it still holds.
      cache: endpoint.method === "GET" ? "no-cache" : "no-store",
      keepalive: given.outlives ?? false,
      body: given.bytes ?? (given.body === undefined ? null : JSON.stringify(given.body)),
      signal: given.signal ? AbortSignal.any([given.signal, timeout]) : timeout,
    });
  } catch (error) {
    if (given.signal?.aborted) throw error;
    throw new RestError("offline");
  }
}

function address(endpoint: Endpoint, given: Raw): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given.path?.[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

async function failure(response: Response): Promise<RestError> {
  const parsed = problemSchema.safeParse(await json(response));
  if (parsed.success) return new RestError(parsed.data.code, parsed.data);
  if (response.status === 401) return new RestError("unauthenticated");
  return new RestError(response.status >= 500 ? "unavailable" : "unreadable");
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

const REFRESHED_KEY = "nexync.refreshed";
let refreshing: Promise<boolean> | null = null;

/**
 * Changes the refresh cookie for new cookies. One flight in this tab, one at a time over all tabs: the
 * cookie rotates, so a second use of the old one would look like theft. `since` (Unix ms) is when the
 * caller's request went out; a refresh that another tab finished after it counts.
 *
 * `false`: the session is over. Throws RestError when the server can't be asked.
 */
export function refresh(since: number): Promise<boolean> {
  refreshing ??= exclusive(since).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exclusive(since: number): Promise<boolean> {
  return await navigator.locks.request("nexync.refresh", async () => {
    if (Number(localStorage.getItem(REFRESHED_KEY) ?? 0) >= since) return true;
    const response = await request(endpoints.refresh, {});
    if (response.status === 401 || response.status === 403) return false;
    if (!response.ok) throw await failure(response);
    localStorage.setItem(REFRESHED_KEY, String(Date.now()));
    return true;
  });
}
