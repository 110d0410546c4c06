import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox } from "@/features/conversation/api/outbox";
import type { Attachment } from "@/shared/contracts/generated";
import type { Outgoing, RealtimeClient } from "@/shared/realtime/client";

const CHAT = "0c000000-0000-4000-8000-000000000001";
const WORDS = { body: "", replyTo: null, mentions: [], all: false };

/** This device's store; it outlives a page. */
const shelf = vi.hoisted(() => new Map<string, readonly Attachment[]>());
vi.mock("@/shared/lib/store", () => ({
  chosenOf: () => Promise.resolve(new Map(shelf)),
  keepChosen: (_: string, chat: string, files: readonly Attachment[]) => {
    if (files.length === 0) shelf.delete(chat);
    else shelf.set(chat, files);
    return Promise.resolve();
  },
  outboxOf: () => Promise.resolve([]),
  keepOutbound: () => Promise.resolve(),
  dropOutbound: () => Promise.resolve(),
}));

const idOf = (number: number): string => `0e000000-0000-4000-8000-${`${number}`.padStart(12, "0")}`;
const file = (id: string): Attachment => ({
  ...{ id, kind: "file", name: "a.txt", type: "text/plain", size: 3 },
  ...{ width: null, height: null, blur: null, animated: false, alt: null },
});

/** A server that makes each file ready at once, but those after `most`; it has none of `gone` any more. */
function server(most = 9) {
  const gone = new Set<string>();
  const dropped: string[] = [];
  let made = 0;
  vi.stubGlobal("fetch", (address: string, init: RequestInit): Promise<Response> => {
    const asked = address.split("/").at(-1) ?? "";
    if (init.method === "DELETE") {
      dropped.push(asked);
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    if (gone.has(asked)) {
      const none = { title: "no", status: 404, code: "not_found" };
      return Promise.resolve(Response.json(none, { status: 404 }));
    }
    if (init.method !== "GET" && (made += 1) > most) return new Promise(() => undefined);
    const id = init.method === "GET" ? asked : idOf(made);
    const view = { id, size: 3, received: 3, attachment: file(id) };
    return Promise.resolve(Response.json(view));
  });
  return { gone, dropped };
}

function page() {
  const sent: Outgoing[] = [];
  const client = {
    now: () => 1_700_000_000_000,
    listen: () => () => undefined,
    send: (frame: Outgoing) => sent.push(frame),
  };
  return { outbox: new Outbox(client as unknown as RealtimeClient, "me"), sent };
}

const files = (many: number): File[] =>
  Array.from({ length: many }, (_, at) => new File(["abc"], `${at}.txt`));
const ready = (outbox: Outbox): string[] | undefined =>
  outbox
    .next(CHAT)
    .carried()
    ?.map((one) => one.id);

beforeEach(() => {
  shelf.clear();
  vi.stubGlobal("navigator", {
    locks: { request: () => Promise.resolve(), query: () => Promise.resolve({ held: [] }) },
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("files that were chosen", () => {
  it("are there again after a reload once they were ready, and only the others are warned of", async () => {
    const { dropped } = server(1);
    const first = page().outbox;
    first.next(CHAT).add(files(1));
    await vi.waitFor(() => expect(ready(first)).toEqual([idOf(1)]));
    expect(first.unsent).toBe(false);
    first.next(CHAT).add(files(1));
    expect(first.unsent).toBe(true);
    first.close();
    const { outbox, sent } = page();
    await vi.waitFor(() => expect(ready(outbox)).toEqual([idOf(1)]));
    outbox.write(CHAT, WORDS);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ files: [idOf(1)] });
    expect(dropped).not.toContain(idOf(1));
    expect(shelf.size).toBe(0);
  });

  it("say so when the server has them no more", async () => {
    const { gone } = server();
    shelf.set(CHAT, [file(idOf(1)), file(idOf(2))]);
    gone.add(idOf(1));
    const { outbox } = page();
    const kinds = (): string[] =>
      outbox
        .next(CHAT)
        .current()
        .map(({ status }) => status.kind);
    await vi.waitFor(() => expect(kinds()).toEqual(["failed", "ready"]));
    expect(shelf.get(CHAT)).toEqual([file(idOf(2))]);
  });

  it("don't come back when they were taken away", async () => {
    const { dropped } = server();
    const { outbox } = page();
    const list = outbox.next(CHAT);
    list.add(files(1));
    await vi.waitFor(() => expect(shelf.size).toBe(1));
    list.remove(list.current()[0]?.key ?? "");
    expect(shelf.size).toBe(0);
    expect(dropped).toEqual([idOf(1)]);
  });
});
