import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `anna-c${run}`;
const BO = `bo-c${run}`;
const CY = `cy-c${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;
let cy: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const row = (page: Page, name: string): Locator => page.locator(`[data-person="${name}"]`);

async function ask(page: Page, name: string): Promise<void> {
  await row(page, name).getByRole("button", { name: "Connect" }).click();
  await row(page, name).getByText("Asked").waitFor();
}

describe("connections between people", () => {
  inSteps();

  it("may be declined, and taken back, without a reload on the other side", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    cy = await signUp(await browser.newContext(), CY);
    for (const page of [anna, bo]) await page.getByRole("link", { name: "People" }).click();
    await anna.getByRole("searchbox").fill(BO);
    await ask(anna, BO);
    await row(bo, ANNA)
      .getByRole("button", { name: `Decline ${ANNA}` })
      .click();
    await row(anna, BO).getByRole("button", { name: "Connect" }).waitFor();
    await ask(anna, BO);
    await row(bo, ANNA).getByRole("button", { name: "Accept" }).waitFor();
    await row(anna, BO).getByRole("button", { name: "Take back" }).click();
    await row(bo, ANNA).getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
  });

  it("suggest whom one's people know", async () => {
    await connect(anna, bo, [ANNA, BO]);
    await connect(bo, cy, [BO, CY]);
    await anna.getByRole("searchbox").fill("");
    await anna.reload();
    await row(anna, CY).getByText("1 of your people knows them").waitFor();
  });

  it("end from either side", async () => {
    await row(anna, BO)
      .getByRole("button", { name: `More about ${BO}` })
      .click();
    await anna.getByRole("menuitem", { name: "Remove from your people" }).click();
    await row(anna, BO).getByRole("button", { name: "Connect" }).waitFor();
    await bo.getByRole("searchbox").fill(ANNA);
    await row(bo, ANNA).getByRole("button", { name: "Connect" }).waitFor();
    expect(
      await row(bo, ANNA)
        .getByRole("button", { name: /Chat with/ })
        .count(),
    ).toBe(0);
  });
});
