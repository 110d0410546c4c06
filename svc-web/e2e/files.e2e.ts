import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Download, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `fila-${run}`;
const BO = `filo-${run}`;
/** Four parts; random, so that a part in the wrong place would be seen. */
const LARGE = randomBytes(3 * 1_048_576 + 7);

let browser: Browser;
let hers: BrowserContext;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

type Given = { name: string; mimeType: string; buffer: Buffer };

/** A picture in one colour, made by the page. */
async function painted(page: Page, name: string, size: [number, number]): Promise<Given> {
  const bytes = await page.evaluate(
    async ([width, height, hue]) => {
      const canvas = new OffscreenCanvas(width, height);
      const paper = canvas.getContext("2d");
      if (paper === null) throw new Error("no canvas");
      paper.fillStyle = `hsl(${hue} 60% 60%)`;
      paper.fillRect(0, 0, width, height);
      paper.fillStyle = "white";
      paper.fillRect(width / 4, height / 4, width / 2, height / 4);
      const blob = await canvas.convertToBlob({ type: "image/png" });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [...size, name.length * 40] as const,
  );
  return { name, mimeType: "image/png", buffer: Buffer.from(bytes) };
}

const text = (name: string, words: string): Given => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(words),
});
const choose = (page: Page, files: Given[]): Promise<void> =>
  page.locator("input[type=file]").setInputFiles(files);
const strip = (page: Page): Locator => page.getByRole("list", { name: "Files of this message" });
const withFile = (page: Page, name: string): Locator =>
  page.locator("[data-message]").filter({ has: page.getByRole("link", { name }) });
const image = (page: Page, name: string): Locator => page.getByAltText(`Image: ${name}`);
const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const bytesOf = async (saved: Download): Promise<Buffer> => readFile(await saved.path());

describe("two people and their files", () => {
  inSteps();

  it("talk", async () => {
    hers = await browser.newContext();
    [anna, bo] = await Promise.all([signUp(hers, ANNA), signUp(await browser.newContext(), BO)]);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByRole("region", { name: BO }).waitFor();
    await say(anna, "Here it comes");
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").filter({ hasText: "Here it comes" }).click();
  });

  it("see what is chosen, and why something can't be sent", async () => {
    const empty = { name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) };
    await choose(anna, [await painted(anna, "lake.png", [900, 300]), empty]);
    await strip(anna).getByText("The file is empty").waitFor();
    expect(await anna.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await anna.getByRole("button", { name: "Remove nothing.txt" }).click();
    await anna.getByRole("button", { name: "Describe lake.png" }).press("Enter");
    const words = anna.getByRole("dialog").getByRole("textbox", { name: "What lake.png shows" });
    await words.fill("A white boat on a lake");
    await words.press("Enter");
    await anna.getByRole("button", { name: "Change the description of lake.png" }).waitFor();
    await choose(anna, [text("list.txt", "what to bring\n")]);
    await anna.getByRole("button", { name: "Remove list.txt" }).click();
    expect(await strip(anna).getByRole("listitem").count()).toBe(1);
    await strip(anna).locator("[data-status=ready]").waitFor();
    await anna.reload();
    await strip(anna)
      .locator("[data-status=ready]")
      .getByRole("button", { name: "Change the description of lake.png" })
      .waitFor();
  });

  it("get an image in its shape, with its text, and look at it whole", async () => {
    await say(anna, "The lake");
    const seen = bo.getByRole("button", { name: "A white boat on a lake" });
    await seen.waitFor();
    const size = await seen.boundingBox();
    expect(Math.round(((size?.width ?? 0) / (size?.height ?? 1)) * 10)).toBe(30);
    await bo.locator("[data-body]", { hasText: "The lake" }).waitFor();
    await seen.click();
    const whole = bo.getByRole("dialog", { name: "lake.png" });
    await whole.locator("[data-state=there]").waitFor();
    expect(await whole.getByRole("img", { name: "A white boat on a lake" }).count()).toBe(1);
    await whole.getByText("A white boat on a lake").waitFor();
    await bo.keyboard.press("Escape");
    await whole.waitFor({ state: "detached" });
  });

  it("send a file alone, which goes on after the connection was lost", async () => {
    const offsets: string[] = [];
    let lose = true;
    await hers.route(/\/api\/attachments\/[^/]+\?offset=/, async (route) => {
      const offset = new URL(route.request().url()).searchParams.get("offset") ?? "";
      offsets.push(offset);
      // The part is taken and the answer doesn't come.
      if (offset === "1048576" && lose) {
        await route.fetch();
        await route.abort("connectionreset");
      } else if (offset === "2097152" && lose) {
        await route.abort("internetdisconnected");
      } else {
        await route.continue();
      }
    });
    await choose(anna, [{ name: "log.bin", mimeType: "application/x", buffer: LARGE }]);
    await anna.getByRole("button", { name: "Send", exact: true }).click();
    const onItsWay = anna.getByRole("list", { name: "Files on their way" });
    await onItsWay.getByText("Waits for a connection").waitFor();
    await expect.poll(() => offsets.includes("2097152"), { timeout: 30_000 }).toBe(true);
    lose = false;
    await withFile(bo, "log.bin").waitFor({ timeout: 60_000 });
    expect(offsets.filter((one) => one === "0" || one === "1048576")).toHaveLength(2);
    await withFile(anna, "log.bin").waitFor();
    const [saved] = await Promise.all([
      bo.waitForEvent("download"),
      withFile(bo, "log.bin").getByRole("link").click(),
    ]);
    expect(saved.suggestedFilename()).toBe("log.bin");
    expect(digest(await bytesOf(saved))).toBe(digest(LARGE));
    await bo.locator("[data-chat]").filter({ hasText: "log.bin" }).waitFor();
  });

  it("paste and drop images, and go from one to the next", async () => {
    const both = [
      await painted(anna, "red.png", [200, 400]),
      await painted(anna, "greener.png", [640, 480]),
    ];
    const given = both.map(({ name, buffer }) => ({ name, bytes: [...buffer] }));
    await anna.evaluate((files) => {
      const carries = (only: typeof files): DataTransfer => {
        const all = new DataTransfer();
        for (const { name, bytes } of only) {
          all.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
        }
        return all;
      };
      const init = { bubbles: true, cancelable: true };
      const clipboardData = carries(files.slice(0, 1));
      document
        .querySelector("textarea")
        ?.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData }));
      const dataTransfer = carries(files.slice(1));
      document.body.dispatchEvent(new DragEvent("drop", { ...init, dataTransfer }));
    }, given);
    await strip(anna).getByText("greener.png").waitFor();
    await anna.getByLabel("Message", { exact: true }).press("Enter");
    await image(bo, "greener.png").waitFor();
    await image(bo, "red.png").click();
    await bo.getByRole("dialog").getByText("1 of 2").waitFor();
    await bo.keyboard.press("ArrowRight");
    const dialog = bo.getByRole("dialog", { name: "greener.png" });
    await dialog.getByText("2 of 2").waitFor();
    const [saved] = await Promise.all([
      bo.waitForEvent("download"),
      dialog.getByRole("link", { name: "Save greener.png" }).click(),
    ]);
    expect((await bytesOf(saved)).subarray(1, 4).toString()).toBe("PNG");
    await bo.keyboard.press("Escape");
  });

  it("forward them: the copy stays when the first is deleted", async () => {
    const first = bo.locator("[data-message]").filter({ has: image(bo, "red.png") });
    await first.focus();
    await bo.keyboard.press("Enter");
    await bo.getByRole("button", { name: "Forward" }).click();
    const dialog = bo.getByRole("dialog", { name: "Forward to" });
    await dialog.locator("[aria-pressed]").first().click();
    await dialog.getByRole("button", { name: "Forward" }).click();
    const forwarded = anna.locator("[data-message]").filter({ hasText: "Forwarded" });
    await forwarded.waitFor();
    await anna
      .locator("[data-message][data-own=true]")
      .filter({ has: image(anna, "red.png") })
      .focus();
    await anna.keyboard.press("Enter");
    await anna.getByRole("button", { name: "Delete for everyone" }).click();
    await anna.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await bo.getByText("Message deleted").waitFor();
    await bo.reload();
    await forwarded
      .getByRole("button")
      .filter({ has: image(anna, "red.png") })
      .waitFor();
    await bo
      .locator("[data-message]")
      .filter({ hasText: "Forwarded" })
      .locator("[data-state=there]")
      .nth(1)
      .waitFor();
    expect(await image(bo, "red.png").count()).toBe(1);
  });

  it("have pictures, which the other sees too, and so has a group by its admin", async () => {
    const face = (page: Page, chat: string): Locator =>
      page.locator("[data-chat]").filter({ hasText: chat }).locator("img").first();
    const chooser = (page: Page): Locator => page.getByLabel("Picture", { exact: true });
    await anna.getByRole("link", { name: "Settings" }).click();
    await anna.getByRole("link", { name: /^Profile/ }).click();
    await anna.getByText(/of 2.1 GB/).waitFor();
    await chooser(anna).setInputFiles([text("me.txt", "no picture")]);
    await anna.getByText("This image can’t be read").waitFor();
    await chooser(anna).setInputFiles([await painted(anna, "me.png", [300, 200])]);
    await anna.getByRole("navigation", { name: "Main" }).locator("img").waitFor();
    await bo.reload();
    await face(bo, ANNA).waitFor();
    const wide = (): Promise<number> =>
      face(bo, ANNA).evaluate((one: HTMLImageElement) => one.naturalWidth);
    await expect.poll(wide, { timeout: 30_000 }).toBe(128);
    await anna.getByRole("button", { name: "Remove picture" }).click();
    await anna.getByRole("button", { name: "Choose a picture" }).waitFor();

    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.getByRole("button", { name: "New chat" }).first().click();
    const dialog = anna.getByRole("dialog");
    await dialog.getByRole("radio", { name: "Group" }).click();
    await dialog.getByLabel("Name of the group").fill("Lakes");
    await dialog.getByRole("button", { name: BO }).click();
    await dialog.getByRole("button", { name: "Make group" }).click();
    await say(anna, "hello");
    await anna.getByRole("button", { name: "Details", exact: true }).click();
    await chooser(anna).setInputFiles([await painted(anna, "group.png", [300, 300])]);
    await face(bo, "Lakes").waitFor();
    await anna.getByText("You changed the group’s picture").first().waitFor();
  });
});
