import { afterEach, describe, expect, it, vi } from "vitest";
import { upload } from "@/shared/lib/upload";
import { limits } from "@/shared/contracts/generated";

const ID = "0e000000-0000-4000-8000-000000000001";
const ATTACHMENT = { id: ID, kind: "file", name: "a", type: "text/plain", size: 3 };

/** A server that keeps what it is sent; `loses` says which requests get no answer, by their number. */
function server(size: number, loses: ReadonlySet<number>, refuses = "") {
  let received = 0;
  let ready = false;
  let number = 0;
  const asked: string[] = [];
  const answer = (status: number, value: unknown): Response => Response.json(value, { status });
  vi.stubGlobal("fetch", (address: string, init: RequestInit): Promise<Response> => {
    const lost = loses.has((number += 1));
    asked.push(`${init.method} ${address}`);
    if (init.method === "PATCH") {
      const offset = Number(new URL(address, "http://x").searchParams.get("offset"));
      if (offset !== received) {
        return Promise.resolve(answer(409, { title: "no", status: 409, code: "conflict" }));
      }
      received += (init.body as Blob).size;
    }
    if (address.endsWith("/finish")) {
      if (refuses !== "") {
        return Promise.resolve(answer(422, { title: "no", status: 422, code: refuses }));
      }
      ready = received === size;
    }
    if (lost) return Promise.reject(new TypeError("network"));
    const view = { id: ID, size, received, ...(ready ? { attachment: ATTACHMENT } : {}) };
    return Promise.resolve(answer(200, view));
  });
  return { asked };
}

const SIZE = limits.attachmentPartBytes * 2 + 7;

async function sends(loses: readonly number[], refuses?: string) {
  const { asked } = server(SIZE, new Set(loses), refuses);
  const waited: number[] = [];
  const sent: number[] = [];
  const file = new Blob([new Uint8Array(SIZE)]);
  const steps = { onSent: (at: number) => sent.push(at), onWaiting: () => undefined };
  const sleep = (ms: number): Promise<void> => {
    waited.push(ms);
    return Promise.resolve();
  };
  const about = { name: "a", size: SIZE };
  const made = await upload(file, about, new AbortController().signal, steps, sleep);
  return { made, asked, waited, sent };
}

afterEach(() => vi.unstubAllGlobals());

describe("an upload", () => {
  it("goes up in parts", async () => {
    const { made, asked, sent } = await sends([]);
    expect(made.id).toBe(ID);
    expect(asked).toHaveLength(5);
    expect(sent).toEqual([0, limits.attachmentPartBytes, 2 * limits.attachmentPartBytes, SIZE]);
  });

  it.each([[[1]], [[2]], [[3]], [[4]], [[5]], [[1, 2, 4, 6, 8]]])(
    "goes on where it was when the answers %j are lost",
    async (lost) => {
      const { made, waited } = await sends(lost);
      expect(made.id).toBe(ID);
      expect(waited.length).toBeGreaterThanOrEqual(lost.length);
    },
  );

  it("asks again when a part that seemed lost was taken after all", async () => {
    let turn = 0;
    const view = { id: ID, size: 3, received: 0 };
    vi.stubGlobal("fetch", (_: string, init: RequestInit): Promise<Response> => {
      turn += 1;
      const taken = { title: "no", status: 409, code: "conflict" };
      if (init.method === "PATCH") return Promise.resolve(Response.json(taken, { status: 409 }));
      const now = turn === 1 ? view : { ...view, received: 3, attachment: ATTACHMENT };
      return Promise.resolve(Response.json(now));
    });
    const steps = { onSent: () => undefined, onWaiting: () => undefined };
    const { signal } = new AbortController();
    const about = { name: "a", size: 3 };
    const made = await upload(new Blob(["abc"]), about, signal, steps, () => Promise.resolve());
    expect([made.id, turn]).toEqual([ID, 3]);
  });

  it("ends when it is refused", async () => {
    await expect(sends([], "file_refused")).rejects.toMatchObject({ code: "file_refused" });
  });
});
