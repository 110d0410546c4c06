import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, PAGE, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
/** Unlike the names of the other stories, which a search that forgives slips would find in its place. */
const ANNA = `mirthe-${Array.from(run).reverse().join("")}`;
const BO = `bo-p${run}`;
const NAME = `Anna ${run} Žižek`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const row = (page: Page, name: string): Locator => page.locator(`[data-person="${name}"]`);
const search = (page: Page): Locator => page.getByRole("searchbox");

async function settings(page: Page, words: string): Promise<void> {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: words }).click();
}

/** Chosen by Anna, and kept: the word "Saved" may be there from the choice before. */
async function mayBeFoundBy(whom: string): Promise<void> {
  const kept = anna.waitForResponse((one) => one.request().method() === "PATCH" && one.ok());
  const who = anna.getByRole("radiogroup", { name: "Who may find you in search" });
  await who.getByRole("radio", { name: whom }).click();
  await kept;
  await anna.getByText("Saved", { exact: true }).waitFor();
}

/** Looks anew: what was found a moment ago is shown again until it is old. */
async function find(page: Page, words: string): Promise<void> {
  await page.goto(`${PAGE}/people`);
  await search(page).fill(words);
}

describe("a profile", () => {
  inSteps();

  it("has a name and a bio that others see, and back leads out of it", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await settings(anna, "Profile");
    await anna.getByLabel("Name").fill(NAME);
    await anna.getByLabel("About you").fill("Maps\nand moss");
    await anna.getByRole("button", { name: "Save" }).click();
    await anna.getByText("Saved. Others see it now.").waitFor();
    expect(await anna.getByTitle(NAME).textContent()).toBe("A" + run.charAt(0).toUpperCase());
    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.getByText(`Welcome, ${NAME}`).waitFor();

    await bo.getByRole("link", { name: "People" }).click();
    await search(bo).fill(NAME.slice(0, -1).toLowerCase());
    await row(bo, ANNA)
      .getByRole("button", { name: `Profile of ${NAME}` })
      .click();
    const dialog = bo.getByRole("dialog", { name: "Profile" });
    await dialog.getByText("and moss").waitFor();
    await dialog.getByText(`@${ANNA}`).waitFor();
    await bo.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(new URL(bo.url()).pathname).toBe("/people");
    await bo.goBack();
    expect(new URL(bo.url()).pathname).toBe("/");
  });

  it("is found by nobody who may not", async () => {
    await settings(anna, "Privacy");
    await mayBeFoundBy("Nobody");
    await find(bo, ANNA);
    await bo.getByText("Nobody found").waitFor();
    await mayBeFoundBy("Everyone");
    await find(bo, ANNA);
    await row(bo, ANNA).getByRole("button", { name: "Connect" }).waitFor();
  });

  it("ends the connection with whom one blocks, who finds one no more until unblocked", async () => {
    await connect(bo, anna, [BO, ANNA]);
    await row(anna, BO)
      .getByRole("button", { name: `Profile of ${BO}` })
      .click();
    const dialog = anna.getByRole("dialog", { name: "Profile" });
    await dialog.getByRole("button", { name: "Chat" }).waitFor();
    const offered = dialog
      .getByRole("button")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent));
    // One thing to do with somebody stands out; the others are in one menu.
    expect(await offered).toEqual(["Close", "Chat", `More about ${BO}`]);
    await dialog.getByRole("button", { name: `More about ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Block" }).click();
    const asked = dialog.getByRole("group");
    await asked.locator("button:focus", { hasText: "Cancel" }).waitFor();
    await asked.getByRole("button", { name: "Block" }).click();
    await dialog.getByRole("button", { name: "Unblock" }).waitFor();
    await row(bo, ANNA).waitFor({ state: "detached" });
    await find(bo, ANNA);
    await bo.getByText("Nobody found").waitFor();
    await anna.keyboard.press("Escape");
    await settings(anna, "Privacy");
    await row(anna, BO)
      .getByRole("button", { name: `Profile of ${BO}` })
      .click();
    await dialog.getByRole("button", { name: "Unblock" }).click();
    await dialog.getByRole("button", { name: "Connect" }).waitFor();
    await find(bo, ANNA);
    await row(bo, ANNA).getByRole("button", { name: "Connect" }).waitFor();
  });
});
