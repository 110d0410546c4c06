import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox, type OutboxChange } from "@/features/conversation/api/outbox";
import { limits, type Attachment } from "@/shared/contracts/generated";
import type { Outgoing, RealtimeClient } from "@/shared/realtime/client";

const CHAT = "0c000000-0000-4000-8000-000000000001";
const WORDS = { body: "", replyTo: null, mentions: [], all: false };

const idOf = (number: number): string => `0e000000-0000-4000-8000-${`${number}`.padStart(12, "0")}`;

function attachment(id: string): Attachment {
  const none = { width: null, height: null, blur: null, animated: false, alt: null };
  return { id, kind: "file", name: "a.txt", type: "text/plain", size: 3, ...none };
}

/** A server that makes files ready, when the test lets it; each of its answers waits for `answer`. */
function server() {
  const waiting: (() => void)[] = [];
  const dropped: string[] = [];
  let made = 0;
  let refuses = "";
  vi.stubGlobal("fetch", (address: string, init: RequestInit): Promise<Response> => {
    if (init.method === "DELETE") {
      dropped.push(address.split("/").at(-1) ?? "");
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    const id = idOf((made += 1));
    const view = { id, size: 3, received: 3, attachment: attachment(id) };
    const answer =
      refuses === ""
        ? Response.json(view, { status: 201 })
        : Response.json({ title: "no", status: 409, code: refuses }, { status: 409 });
    return new Promise((resolve) => waiting.push(() => resolve(answer)));
  });
  return {
    dropped,
    asked: () => waiting.length,
    refuse: (code: string) => (refuses = code),
    answer: async (): Promise<void> => {
      await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
      waiting.shift()?.();
    },
  };
}

function outbox() {
  const sent: Outgoing[] = [];
  const client = {
    now: () => 1_700_000_000_000,
    listen: () => () => undefined,
    send: (frame: Outgoing) => sent.push(frame),
  };
  const made = new Outbox(client as unknown as RealtimeClient, "me");
  const changes: OutboxChange[] = [];
  made.listen((change) => changes.push(change));
  return { made, sent, changes };
}

beforeEach(() => {
  vi.stubGlobal("navigator", {
    locks: { request: () => Promise.resolve(), query: () => Promise.resolve({ held: [] }) },
  });
});
afterEach(() => vi.unstubAllGlobals());

const files = (many: number): File[] =>
  Array.from({ length: many }, (_, at) => new File(["abc"], `${at}.txt`));

describe("a message with files", () => {
  it("is sent when the last is ready, under the id that it has shown", async () => {
    const { answer } = server();
    const { made, sent, changes } = outbox();
    made.next(CHAT).add(files(2));
    made.write(CHAT, { ...WORDS, body: "both" });
    expect(made.next(CHAT).current()).toEqual([]);
    await answer();
    await answer();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ t: "send", body: "both", files: [idOf(1), idOf(2)] });
    expect(changes.map((change) => change.kind)).toEqual(["packing", "written"]);
    expect(changes[0]).toMatchObject({ message: { id: sent[0]?.id } });
    expect(made.unsent).toBe(false);
  });

  it("waits while one has failed, and goes without it when that is taken away", async () => {
    const { answer, refuse } = server();
    const { made, sent } = outbox();
    const list = made.next(CHAT);
    list.add(files(1));
    await answer();
    await vi.waitFor(() => expect(list.carried()).toHaveLength(1));
    refuse("quota_full");
    list.add(files(1));
    made.write(CHAT, WORDS);
    await answer();
    await vi.waitFor(() => expect(list.current()[1]?.status.kind).toBe("failed"));
    expect(sent).toEqual([]);
    list.remove(list.current()[1]?.key ?? "");
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ files: [idOf(1)] });
  });

  it("leaves its files with the server when it goes later, and the next begins without", async () => {
    const { answer, dropped } = server();
    const { made, sent } = outbox();
    made.next(CHAT).add(files(1));
    await answer();
    await vi.waitFor(() => expect(made.next(CHAT).carried()).toHaveLength(1));
    made.given(CHAT);
    expect(made.next(CHAT).current()).toEqual([]);
    expect(made.unsent).toBe(false);
    made.close();
    expect([sent, dropped]).toEqual([[], []]);
  });

  it("is no message any more when nothing is left of it", async () => {
    const { answer, dropped, refuse } = server();
    const { made, sent, changes } = outbox();
    const list = made.next(CHAT);
    list.add(files(2));
    await answer();
    refuse("quota_full");
    await vi.waitFor(() => expect(list.current()[0]?.status.kind).toBe("ready"));
    made.write(CHAT, WORDS);
    for (const { key } of list.current()) list.remove(key);
    expect(sent).toEqual([]);
    expect(changes.map((change) => change.kind)).toEqual(["packing", "discarded"]);
    expect(dropped).toEqual([idOf(1)]);
    expect(made.unsent).toBe(false);
  });
});

describe("forwarding", () => {
  it("copies for one chat after the other", async () => {
    const { answer, asked } = server();
    const { made, sent } = outbox();
    const from = { chat: CHAT, message: 7 };
    const carried = [attachment(idOf(90)), attachment(idOf(91))];
    for (const chat of ["one", "two"]) made.forward(chat, WORDS, from, carried);
    await vi.waitFor(() => expect(asked()).toBe(2));
    await answer();
    await answer();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    await answer();
    await answer();
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent.map((frame) => frame.chat)).toEqual(["one", "two"]);
  });

  it("takes no more than a message may carry", () => {
    server();
    const { made } = outbox();
    made.next(CHAT).add(files(limits.messageAttachments + 2));
    expect(made.next(CHAT).current()).toHaveLength(limits.messageAttachments);
    expect(made.next(CHAT).leftOut()).toContain("2 were left out");
  });
});
