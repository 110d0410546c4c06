import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `pia-${run}`;
const BO = `otto-${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const message = (page: Page, text: string): Locator =>
  page.locator("[data-message]").filter({ has: page.locator("[data-body]", { hasText: text }) });
const pinned = (page: Page): Locator => page.getByRole("region", { name: "Pinned messages" });

/** Opens all that can be done with a message, from the keyboard. */
async function menu(page: Page, text: string): Promise<Locator> {
  await message(page, text).last().focus();
  await page.keyboard.press("Enter");
  return page.getByRole("dialog");
}

describe("messages that are pinned, and said again elsewhere", () => {
  inSteps();

  it("two people talk, and have a group too", async () => {
    [anna, bo] = await Promise.all([
      signUp(await browser.newContext(), ANNA),
      signUp(await browser.newContext(), BO),
    ]);
    await connect(anna, bo, [ANNA, BO]);
    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.getByRole("button", { name: "New chat" }).first().click();
    await anna.getByRole("radio", { name: "Group" }).click();
    await anna.getByLabel("Name of the group").fill("Move");
    await anna.getByRole("button", { name: BO }).click();
    await anna.getByRole("button", { name: "Make group" }).click();
    await anna.getByLabel("Message", { exact: true }).waitFor();
    await anna.getByRole("link", { name: "People" }).click();
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByRole("region", { name: BO }).waitFor();
    await say(anna, "The key is under the mat");
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").filter({ hasText: "The key" }).click();
    await message(bo, "The key").waitFor();
  });

  it("either pins in a private chat, and both see it above the conversation", async () => {
    await (await menu(bo, "The key")).getByRole("button", { name: "Pin", exact: true }).click();
    await pinned(anna).getByText("The key is under the mat").waitFor();
    await anna.getByRole("log").getByText(`${BO} pinned a message`).waitFor();
    await pinned(anna)
      .getByRole("button", { name: /Show it/ })
      .click();
    await anna.locator("[data-message][data-lit=true]").waitFor();
    await pinned(anna).getByRole("button", { name: "Unpin" }).click();
    await pinned(anna).waitFor({ state: "detached" });
    await pinned(bo).waitFor({ state: "detached" });
  });

  it("a message goes to another chat, labelled, without a name", async () => {
    const choose = await menu(bo, "The key");
    await choose.getByRole("button", { name: "Forward" }).click();
    const dialog = bo.getByRole("dialog", { name: "Forward to" });
    await dialog.getByRole("button", { name: /Move/ }).click();
    await dialog.getByRole("button", { name: "Forward", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.locator("[data-chat]").filter({ hasText: "Move" }).click();
    await message(anna, "The key").getByText("Forwarded").waitFor();
    expect(await message(anna, "The key").getAttribute("aria-label")).toContain(BO);
  });

  it("a message is reported, and who wrote it blocked in one go", async () => {
    await (await menu(anna, "The key")).getByRole("button", { name: "Report" }).click();
    const dialog = anna.getByRole("dialog", { name: "Report this message" });
    await dialog.getByRole("radio", { name: "Insults or harassment" }).click();
    await dialog.getByLabel("Anything else?").fill("It says more than it seems");
    await dialog.getByLabel(`Block ${BO} too`).check();
    await dialog.getByRole("button", { name: "Report", exact: true }).click();
    await anna.getByRole("dialog", { name: "Thank you" }).getByText("is not told").waitFor();
    await anna.getByRole("button", { name: "Done" }).click();
    await anna
      .getByRole("button", { name: "Show this message of a blocked person" })
      .last()
      .click();
    await message(anna, "The key")
      .getByRole("button", { name: `Profile of ${BO}` })
      .click();
    await anna.getByRole("dialog").getByRole("button", { name: "Unblock" }).waitFor();
  });
});
