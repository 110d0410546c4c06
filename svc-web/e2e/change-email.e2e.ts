import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { codeFor, linkFor, logIn, PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const NORA = `nora-${Date.now().toString(36)}`;
const OLD = `${NORA}@example.org`;
const NEW = `${NORA}@new.example.org`;

let browser: Browser;
let page: Page;
let other: Page;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("another e-mail address", () => {
  inSteps();

  it("is asked for with the password, and changes nothing yet", async () => {
    page = await signUp(await browser.newContext(), NORA);
    other = await logIn(await browser.newContext(), NORA);
    await page.goto(`${PAGE}/settings/security`);
    const own = page.getByRole("region", { name: "E-mail address" });
    await own.getByText(OLD).waitFor();
    await own.getByRole("button", { name: "Change address" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("New e-mail").fill(OLD);
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Send the code" }).click();
    await dialog.getByText("This is your address already").waitFor();
    await dialog.getByLabel("New e-mail").fill(NEW);
    await dialog.getByRole("button", { name: "Send the code" }).click();
    await dialog.getByText("Check your mail").waitFor();
    await page.reload();
    await own.getByText(`Becomes ${NEW}`).waitFor();
    expect(await own.getByText(OLD, { exact: true }).isVisible()).toBe(true);
  });

  it("changes by its code; the old address is told, and other devices are out", async () => {
    await page.getByRole("button", { name: "Enter the code" }).click();
    const code = await codeFor(page, NEW);
    await page.getByRole("dialog").getByLabel("Six-digit code").fill(code);
    await page.getByText("Your address is changed").waitFor();
    await page.getByText(NEW, { exact: true }).waitFor();
    await linkFor(page, OLD, "/settings/security");
    await other.getByLabel("Username or e-mail").waitFor();
    await logIn(await browser.newContext(), NEW);
  });
});
