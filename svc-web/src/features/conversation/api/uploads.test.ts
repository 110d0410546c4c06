import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UploadList } from "@/features/conversation/api/uploads";
import type { Attachment } from "@/shared/contracts/generated";

const ID = "0e000000-0000-4000-8000-000000000001";

/** A server with one file, whose answers wait for `answer`; `said` are the words that it was told of it, in order. */
function server(kind: Attachment["kind"] = "image") {
  const waiting: (() => void)[] = [];
  const said: (string | null)[] = [];
  let begun = 0;
  const none = { width: null, height: null, blur: null, animated: false };
  vi.stubGlobal("fetch", (_: string, init: RequestInit): Promise<Response> => {
    if (init.method === "PUT") said.push((JSON.parse(init.body as string) as { alt: string }).alt);
    else begun += 1;
    const alt = said.at(-1) ?? null;
    const file = { id: ID, kind, name: "a.png", type: "image/png", size: 3, alt, ...none };
    const answer = Response.json({ id: ID, size: 3, received: 3, attachment: file });
    return new Promise((resolve) => waiting.push(() => resolve(answer)));
  });
  const answer = async (): Promise<void> => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
    waiting.shift()?.();
  };
  return { said, answer, begun: () => begun };
}

function chosen(): { list: UploadList; key: string } {
  const list = new UploadList();
  list.add([new File(["abc"], "a.png", { type: "image/png" })]);
  return { list, key: list.current()[0]?.key ?? "" };
}

const alt = (list: UploadList): string | null | undefined => list.carried()?.[0]?.alt;

beforeEach(() => vi.stubGlobal("Image", EventTarget));
afterEach(() => vi.unstubAllGlobals());

describe("what is said of an image", () => {
  it("goes along when it was said while the image was on its way", async () => {
    const { said, answer } = server();
    const { list, key } = chosen();
    list.describe(key, "A boat");
    await answer();
    await answer();
    await vi.waitFor(() => expect(alt(list)).toBe("A boat"));
    expect(said).toEqual(["A boat"]);
  });

  it("holds the message back until the server knows the last of it, and nothing goes up again", async () => {
    const { said, answer, begun } = server();
    const { list, key } = chosen();
    await answer();
    await vi.waitFor(() => expect(alt(list)).toBeNull());
    list.describe(key, "A boat");
    expect(list.carried()).toBeNull();
    list.describe(key, "A red boat");
    await answer();
    await answer();
    await vi.waitFor(() => expect(alt(list)).toBe("A red boat"));
    list.describe(key, "A red boat");
    expect(alt(list)).toBe("A red boat");
    expect(said).toEqual(["A boat", "A red boat"]);
    expect(begun()).toBe(1);
  });

  it("is left away when the server takes the file for no image", async () => {
    const { said, answer } = server("file");
    const { list, key } = chosen();
    list.describe(key, "A boat");
    await answer();
    await vi.waitFor(() => expect(alt(list)).toBeNull());
    expect(said).toEqual([]);
  });
});
