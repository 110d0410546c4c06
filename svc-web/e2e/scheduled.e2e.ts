import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduledListSchema, type ScheduledList } from "../src/shared/contracts/generated";
import { launch } from "./browser";
import { allShown, connect, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `anna-l${run}`;
const BO = `bo-l${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

async function writeForLater(page: Page, words: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(words);
  await page.getByRole("button", { name: "Send later" }).click();
  await page.getByRole("button", { name: "Tomorrow morning" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

/** The message leaves the list only after both readings that its sending leads to: the answer's and the event's. */
async function goesSlowly(page: Page, { messages }: ScheduledList): Promise<void> {
  let left = 2;
  const json: ScheduledList = { messages: messages.map((one) => ({ ...one, at: Date.now() })) };
  await page.route("**/scheduled", (route) => {
    if (route.request().method() !== "GET" || left === 0) return route.continue();
    left -= 1;
    return route.fulfill({ json });
  });
}

describe("a message for later", () => {
  inSteps();

  it("waits, is changed, and is sent when one wants it", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByLabel("Message", { exact: true }).waitFor();
    const buffer = Buffer.from("one, two, three");
    const agenda = { name: "agenda.txt", mimeType: "text/plain", buffer };
    await anna.locator("input[type=file]").setInputFiles([agenda]);
    await writeForLater(anna, "good morning");
    const chosen = anna.getByRole("list", { name: "Files of this message" });
    await chosen.waitFor({ state: "hidden" });
    expect(await anna.getByLabel("Message", { exact: true }).inputValue()).toBe("");
    await anna.getByText("1 message scheduled for").waitFor();
    await writeForLater(anna, "and good night");
    await anna.getByRole("button", { name: "2 messages scheduled" }).click();

    const list = anna.getByRole("dialog", { name: "Scheduled messages" });
    const first = list.getByRole("listitem").filter({ hasText: "good morning" });
    await list
      .getByRole("listitem")
      .filter({ hasText: "and good night" })
      .getByRole("button", { name: "Delete" })
      .click();
    await list.getByText("and good night").waitFor({ state: "hidden" });
    await first.getByText("agenda.txt").waitFor();
    await first.getByRole("button", { name: "Edit" }).click();
    await list.getByLabel("Text").fill("good morning, Bo");
    await list.getByRole("button", { name: "Remove agenda.txt" }).click();
    const plan = { name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("four") };
    await list.getByLabel("Files for this message").setInputFiles([plan]);
    const read = anna.waitForResponse(
      (one) => one.url().endsWith("/scheduled") && one.request().method() === "GET",
    );
    await list.getByRole("button", { name: "Save" }).click();
    await list.getByText("good morning, Bo").waitFor();
    await list.getByText("plan.txt").waitFor();
    expect(await list.getByText("agenda.txt").count()).toBe(0);
    await goesSlowly(anna, scheduledListSchema.parse(await (await read).json()));
    await list.getByRole("button", { name: "Send now" }).click();
    await list.waitFor({ state: "hidden", timeout: 30_000 });

    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().click();
    await bo.locator("[data-body]").filter({ hasText: "good morning, Bo" }).waitFor();
    await bo.getByRole("link", { name: "plan.txt" }).waitFor();
    expect((await allShown(anna)).map((one) => one.body)).toEqual(["good morning, Bo"]);
  });
});
