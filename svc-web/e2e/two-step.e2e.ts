import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enterCode } from "./authenticator";
import { launch } from "./browser";
import { linkFor, PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const ELLA = `ella-${Date.now().toString(36)}`;

async function password(page: Page): Promise<void> {
  await page.goto(`${PAGE}/login`);
  await page.getByLabel("Username or e-mail").fill(ELLA);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function recovery(page: Page, code: string): Promise<void> {
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(code);
  await page.getByRole("button", { name: "Log in" }).click();
}

let browser: Browser;
let secret = "";
let codes: string[] = [];
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("two-step verification", () => {
  inSteps();

  it("is set up with the app's first code, and shows the recovery codes", async () => {
    const page = await signUp(await browser.newContext(), ELLA);
    await page.goto(`${PAGE}/settings/security`);
    await page.getByRole("button", { name: "Set up" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByRole("img", { name: /QR code/ }).waitFor();
    secret = (await dialog.getByLabel("Key to type").innerText()).replace(/\s/g, "");
    const shown = dialog.getByRole("list", { name: "Recovery codes" });
    const turnOn = dialog.getByRole("button", { name: "Turn on" });
    await enterCode(secret, dialog.getByLabel("Six-digit code"), turnOn, shown);
    codes = await shown.getByRole("listitem").allInnerTexts();
    expect(new Set(codes).size).toBe(10);
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("10 recovery codes left").waitFor();
    await linkFor(page, `${ELLA}@example.org`, "/settings/security");
  });

  it("asks for a code after the password, and lets nobody in before it", async () => {
    const page = await (await browser.newContext()).newPage();
    await password(page);
    const field = page.getByLabel("Six-digit code");
    await field.waitFor();
    expect(await field.getAttribute("autocomplete")).toBe("one-time-code");
    expect((await page.request.get(`${PAGE}/api/auth/session`)).status()).toBe(401);
    await page.getByRole("button", { name: "Back to the password" }).click();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await enterCode(secret, field, null, page.getByText("No chats yet"));
  });

  it("takes a recovery code once, and is turned off by both factors", async () => {
    const [first, second] = codes;
    const page = await (await browser.newContext()).newPage();
    await password(page);
    await recovery(page, first ?? "");
    await page.getByText("No chats yet").waitFor();
    const other = await (await browser.newContext()).newPage();
    await password(other);
    await recovery(other, first ?? "");
    await other.getByText("was used already").waitFor();
    await page.goto(`${PAGE}/settings/security`);
    await page.getByText("9 recovery codes left").waitFor();
    await page.getByRole("button", { name: "Turn off" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByLabel("Code").fill(second ?? "");
    await dialog.getByRole("button", { name: "Turn off" }).click();
    await page.getByRole("button", { name: "Set up" }).waitFor();
    await password(other);
    await other.getByText("No chats yet").waitFor();
  });
});
