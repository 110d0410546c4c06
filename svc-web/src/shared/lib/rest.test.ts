import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endpoints } from "@/shared/contracts/generated";
import { call, RestError } from "@/shared/lib/rest";

const CHAT = "00000000-0000-4000-8000-000000000001";
const MARK = { chat: CHAT, seq: 3, unread: 0 };

function tooFast(seconds: number): Response {
  const problem = { title: "x", status: 429, code: "too_fast", retry_after: seconds };
  return new Response(JSON.stringify(problem), { status: 429 });
}

function done(body: unknown): Response {
  return new Response(JSON.stringify(body), { status: 200 });
}

describe("a request that came too fast", () => {
  const server = vi.fn<typeof fetch>();

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0);
    server.mockReset();
    vi.stubGlobal("fetch", server);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("is repeated after the pause that the server asks for, when it only reads", async () => {
    server.mockResolvedValueOnce(tooFast(2.5)).mockResolvedValueOnce(done({ people: [] }));
    const answer = call(endpoints.suggestions);
    await vi.advanceTimersByTimeAsync(2_499);
    expect(server).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await answer).people).toEqual([]);
  });

  it("is repeated when it has a key, with the same key", async () => {
    server
      .mockResolvedValueOnce(tooFast(1))
      .mockResolvedValueOnce(done({ chat: CHAT, seq: 3, created: true }));
    const answer = call(endpoints.addMember, {
      path: { chat: CHAT },
      body: { person: CHAT },
      key: CHAT,
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await answer).seq).toBe(3);
    const keys = server.mock.calls.map(([, sent]) =>
      new Headers(sent?.headers).get("Idempotency-Key"),
    );
    expect(keys).toEqual([CHAT, CHAT]);
  });

  it.each([
    ["changes something without a key", 1, endpoints.ask],
    ["would stand still for long", 60, endpoints.suggestions],
  ] as const)("is not repeated when it %s", async (_, seconds, endpoint) => {
    server.mockResolvedValue(tooFast(seconds));
    await expect(call(endpoint, {})).rejects.toMatchObject({
      code: "too_fast",
      retryAfter: seconds,
    });
    expect(server).toHaveBeenCalledTimes(1);
  });

  it("fails at last", async () => {
    server.mockImplementation(() => Promise.resolve(tooFast(1)));
    const answer = call(endpoints.suggestions).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBeInstanceOf(RestError);
    expect(server).toHaveBeenCalledTimes(4);
  });

  it("is given up with its page", async () => {
    server.mockImplementation(() => Promise.resolve(tooFast(5)));
    const leaving = new AbortController();
    const answer = call(endpoints.suggestions, { signal: leaving.signal }).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(100);
    leaving.abort();
    expect(await answer).toMatchObject({ name: "AbortError" });
    expect(server).toHaveBeenCalledTimes(1);
  });

  it("asks anew for what may be kept, and keeps no answer to a change", async () => {
    server.mockImplementation((_, sent) =>
      Promise.resolve(done(sent?.method === "GET" ? { people: [] } : MARK)),
    );
    await call(endpoints.suggestions);
    await call(endpoints.readMark, { path: { chat: CHAT }, body: { seq: 3 } });
    expect(server.mock.calls.map(([, sent]) => sent?.cache)).toEqual(["no-cache", "no-store"]);
  });
});
