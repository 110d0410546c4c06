import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `fila-${run}`;
const BO = `filo-${run}`;
const TEXT = "what to bring\n";
const CARRIES = "with the list";

let browser: Browser;
let anna: Page;
let bo: Page;
/** What anna's next message carries: the page can't attach yet, so it is put into the frame on its way. */
let carried: string | null = null;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

/** Sends the file as any client does; its id. */
function upload(page: Page, name: string, text: string): Promise<string> {
  return page.evaluate(
    async ([called, content]) => {
      const ask = async (
        method: string,
        path: string,
        body?: BodyInit,
      ): Promise<{ id: string }> => {
        const kind = typeof body === "string" ? "application/json" : "application/octet-stream";
        const headers: Record<string, string> = body === undefined ? {} : { "Content-Type": kind };
        const answer = await fetch(path, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        if (!answer.ok)
          throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as { id: string };
      };
      const data = new TextEncoder().encode(content);
      const begun = JSON.stringify({ name: called, size: data.length });
      const { id } = await ask("POST", "/api/attachments", begun);
      await ask("PATCH", `/api/attachments/${id}?offset=0`, new Blob([data]));
      await ask("POST", `/api/attachments/${id}/finish`);
      return id;
    },
    [name, text] as const,
  );
}

describe("a message that is a file alone", () => {
  inSteps();

  it("two people talk", async () => {
    const context = await browser.newContext();
    await context.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((frame) => {
        const sent = JSON.parse(String(frame)) as { t: string; body?: string };
        const marked = carried !== null && sent.t === "send" && sent.body === CARRIES;
        server.send(marked ? JSON.stringify({ ...sent, body: "", files: [carried] }) : frame);
      });
    });
    [anna, bo] = await Promise.all([signUp(context, ANNA), signUp(await browser.newContext(), BO)]);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByRole("region", { name: BO }).waitFor();
    await say(anna, "Here it comes");
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").filter({ hasText: "Here it comes" }).click();
  });

  it("is its name and size, which save it, and its name in the list of chats", async () => {
    carried = await upload(anna, "list.txt", TEXT);
    await say(anna, CARRIES);
    const link = bo.getByRole("list", { name: "Files" }).getByRole("link");
    await link.waitFor();
    expect(await link.innerText()).toMatch(/list\.txt\s+14 bytes/);
    await bo.locator("[data-chat]").filter({ hasText: "list.txt" }).waitFor();
    await anna
      .getByRole("link", { name: /list\.txt/ })
      .first()
      .waitFor();
    const [saved] = await Promise.all([bo.waitForEvent("download"), link.click()]);
    expect(saved.suggestedFilename()).toBe("list.txt");
    expect(await readFile(await saved.path(), "utf8")).toBe(TEXT);
  });
});
