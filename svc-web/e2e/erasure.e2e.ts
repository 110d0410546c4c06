import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { launch } from "./browser";
import { connect, mailFor, PAGE, PASSWORD, say, signUp } from "./people";
import { inSteps } from "./steps";

const ROOT = process.env["NEXYNC_ROOT"] ?? resolve(import.meta.dirname, "../..");
const IDA = `ida-${Date.now().toString(36)}`;
const JON = `jon-${Date.now().toString(36)}`;

let browser: Browser;
let ida: Page;
let jon: Page;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

/** What an operator does in a pod of svc-auth: the day has come. */
async function erase(username: string): Promise<void> {
  const python = resolve(ROOT, ".venv/bin/python");
  await promisify(execFile)(python, ["-m", "svc_auth", "admin", "erase", username], {
    cwd: ROOT,
    timeout: 60_000,
  });
}

async function ask(page: Page): Promise<void> {
  await page.goto(`${PAGE}/settings/account`);
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Keep my account" }).waitFor();
}

describe("an account that goes", () => {
  inSteps();

  it("is asked for with a proof, told by mail, and kept by one click", async () => {
    ida = await signUp(await browser.newContext(), IDA);
    jon = await signUp(await browser.newContext(), JON);
    await connect(ida, jon, [IDA, JON]);
    await ida.locator(`[data-person="${JON}"]`).getByRole("button", { name: /Chat/ }).click();
    await say(ida, "so long, and thanks");
    await jon.getByRole("link", { name: "Chats" }).click();
    await jon.locator("[data-chat]").first().click();
    await jon.getByText("so long, and thanks").first().waitFor();
    await ask(ida);
    await mailFor(ida, `${IDA}@example.org`, /will be gone for good/);
    await ida.goto(PAGE);
    await ida.getByText("Your account will be deleted on").waitFor();
    await ida.getByRole("button", { name: "Keep it" }).click();
    await ida.getByText("Your account will be deleted on").waitFor({ state: "hidden" });
  });

  it("is gone when its time comes, and the other one sees a deleted account", async () => {
    await ask(ida);
    await erase(IDA);
    await ida.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 30_000 });
    await ida.getByLabel("Username or e-mail").fill(IDA);
    await ida.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ida.getByRole("button", { name: "Log in" }).click();
    await ida.getByText("don't match").waitFor();
    await jon
      .getByText("This account was deleted. You can read what was said.")
      .waitFor({ timeout: 60_000 });
    await jon.getByRole("heading", { name: "Deleted account" }).first().waitFor();
    await jon.getByText("so long, and thanks").first().waitFor();
  });
});
