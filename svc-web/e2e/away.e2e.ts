import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { launch } from "./browser";
import { kill, start } from "./instance";
import { codeFor, PAGE, PASSWORD } from "./people";

const MIRA = `mira-${Date.now().toString(36)}`;
const SLOW_MS = 60_000;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await start("postgres");
  await browser.close();
});

describe("a backend that is killed in the middle of a sign-up", () => {
  it("is told in words, and the same code makes the account when it is back", async () => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(SLOW_MS);
    await page.goto(`${PAGE}/signup`);
    await page.getByLabel("E-mail").fill(`${MIRA}@example.org`);
    await page.getByLabel("Username").fill(MIRA);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Check your mail").waitFor();
    const code = await codeFor(page, `${MIRA}@example.org`);
    await kill("postgres");
    await page.getByLabel("Six-digit code").fill(code);
    await page.getByText("Nexync is busy right now. Try again in a moment.").waitFor();
    await start("postgres");
    const home = page.getByText("No chats yet");
    const verify = page.getByRole("button", { name: "Verify" });
    while (!(await home.isVisible())) {
      // Clicked while it waits for an answer it does nothing, and it is gone once the account is there.
      await verify.click({ timeout: 1_000 }).catch(() => undefined);
      await page.waitForTimeout(250);
    }
  }, 180_000);
});
