import { createHmac } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { linkFor, PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const ELLA = `ella-${Date.now().toString(36)}`;
const STEP_MS = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 6238 as an authenticator app does it; `steps` from now. */
function codeOf(secret: string, steps: number): string {
  const bits = Array.from(secret, (one) => BASE32.indexOf(one).toString(2).padStart(5, "0")).join(
    "",
  );
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

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
    await dialog.getByLabel("Six-digit code").fill(codeOf(secret, 0));
    await dialog.getByRole("button", { name: "Turn on" }).click();
    const shown = dialog.getByRole("list", { name: "Recovery codes" });
    await shown.waitFor();
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
    await field.fill(codeOf(secret, 1));
    await page.getByText("No chats yet").waitFor();
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
