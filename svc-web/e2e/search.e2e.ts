import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExportLine } from "../src/shared/contracts/generated";
import { launch } from "./browser";
import { connect, PAGE, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `sara-${run}`;
const BO = `tom-${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

/** So many days from today, as the page's calendar says them. */
const day = (page: Page, ahead: number): Promise<string> =>
  page.evaluate((days) => {
    const then = new Date();
    then.setDate(then.getDate() + days);
    const two = (number: number): string => `${number}`.padStart(2, "0");
    return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  }, ahead);

describe("search in what was said", () => {
  inSteps();

  it("two people talk", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByLabel("Message", { exact: true }).waitFor();
    await say(anna, "The <b>lighthouse</b> opens at nine");
    for (let line = 0; line < 30; line += 1) await say(anna, `line ${line}`);
    await anna.getByText("line 29").and(anna.locator("[data-body]")).waitFor();
    // The store is written every few seconds.
    await expect
      .poll(
        async () => {
          const answer = await anna.request.get(`${PAGE}/api/search?q=29`);
          return ((await answer.json()) as { hits: unknown[] }).hits.length;
        },
        { timeout: 15_000, interval: 300 },
      )
      .toBe(1);
  });

  it("finds a message by a part of a word, and leads to its place by the keyboard alone", async () => {
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().waitFor();
    await bo.keyboard.press("Control+k");
    await bo.keyboard.type("LIGHTHOU");
    const hit = bo.locator("a[data-hit]");
    await hit.waitFor();
    expect(await hit.locator("mark").allTextContents()).toEqual(["lighthou"]);
    expect(await hit.textContent()).toContain("<b>lighthouse</b>");
    await bo.keyboard.press("ArrowDown");
    await bo.keyboard.press("Enter");
    const message = bo.locator("[data-message]", { hasText: "lighthouse" });
    await message.waitFor();
    expect(new URL(bo.url()).searchParams.get("m")).toBe("2");
    expect(await message.isVisible()).toBe(true);
  });

  it("searches in the open chat, says what is wrong and when nothing is found", async () => {
    await bo.getByRole("button", { name: "Search in this chat" }).click();
    const panel = bo.getByRole("complementary", { name: "Search in this chat" });
    const field = panel.getByRole("searchbox");
    await field.fill(`line from:${ANNA}`);
    await panel.locator("a[data-hit]").nth(19).waitFor();
    await panel.getByRole("button", { name: "Show more" }).click();
    await panel.locator("a[data-hit]").nth(29).waitFor();
    await field.fill("line from:nobody.here");
    await panel.getByText("nobody is called nobody.here").waitFor();
    await field.fill("zeppelin");
    await panel.getByText("No message found", { exact: true }).waitFor();
    await field.fill("li");
    await panel.getByText("Only your newest 10,000 messages").waitFor();
  });

  it("goes to where a day begins, and says when nothing was said since", async () => {
    const first = anna.locator("[data-message]", { hasText: "lighthouse" });
    const top = (): Promise<number> =>
      first.evaluateAll(([one]) => one?.getBoundingClientRect().top ?? -1);
    expect(await top()).toBeLessThan(0);
    await anna.getByRole("button", { name: "Go to a day" }).click();
    const card = anna.getByRole("dialog", { name: "Go to a day" });
    await card.getByLabel("Go to a day").fill(await day(anna, 2));
    await card.getByRole("button", { name: "Go", exact: true }).click();
    await card.getByText("Nothing was said on that day or after it.").waitFor();
    await card.getByLabel("Go to a day").fill(await day(anna, -1));
    await card.getByLabel("Go to a day").press("Enter");
    await card.waitFor({ state: "detached" });
    await expect.poll(top, { timeout: 15_000 }).toBeGreaterThan(0);
  });

  it("takes along all that was said, a line each", async () => {
    await anna.getByRole("button", { name: "Details", exact: true }).click();
    const [saved] = await Promise.all([
      anna.waitForEvent("download"),
      anna.getByRole("button", { name: "Export messages" }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe("chat.jsonl");
    const lines = (await readFile(await saved.path(), "utf8")).trim().split("\n");
    const bodies = lines.map((line) => (JSON.parse(line) as ExportLine).record.event);
    const said = bodies.flatMap((event) => (event.tag === "message.created" ? [event.body] : []));
    const counted = Array.from({ length: 30 }, (_, line) => `line ${line}`);
    expect(said).toEqual(["The <b>lighthouse</b> opens at nine", ...counted]);
  });
});
