import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { launch } from "./browser";
import { PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const ROOT = process.env["NEXYNC_ROOT"] ?? resolve(import.meta.dirname, "../..");
const RUTH = `ruth-${Date.now().toString(36)}`;
const TOBI = `tobi-${Date.now().toString(36)}`;

/** What an operator does in a pod of svc-auth. */
async function grant(username: string): Promise<void> {
  const python = resolve(ROOT, ".venv/bin/python");
  await promisify(execFile)(python, ["-m", "svc_auth", "admin", "grant", username], {
    cwd: ROOT,
    timeout: 60_000,
  });
}

/** Chooses what to do with somebody, and proves to be the administrator. */
async function act(page: Page, username: string, item: string): Promise<void> {
  await page.locator(`[data-person="${username}"]`).getByRole("button").click();
  await page.getByRole("menuitem", { name: item }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: item }).click();
  await dialog.waitFor({ state: "hidden" });
}

let browser: Browser;
let ruth: Page;
let tobi: Page;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("administration", () => {
  inSteps();

  it("is found by who has the role, and by nobody else", async () => {
    [ruth, tobi] = (await Promise.all(
      [RUTH, TOBI].map(async (name) => signUp(await browser.newContext(), name)),
    )) as [Page, Page];
    await tobi.goto(`${PAGE}/admin`);
    await tobi.getByText("For administrators only").waitFor();
    await tobi.goto(PAGE);
    await grant(RUTH);
    await ruth.getByRole("link", { name: "Settings" }).click();
    await ruth.getByRole("link", { name: /Administration/ }).click();
    await ruth.getByRole("searchbox", { name: /address/ }).fill(TOBI);
    await ruth.locator(`[data-person="${TOBI}"]`).waitFor();
  });

  it("closes the open page of who is locked, and tells why they can't come back", async () => {
    await tobi.getByText("No chats yet").waitFor();
    await act(ruth, TOBI, "Lock account");
    await tobi.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 3_000 });
    await ruth.locator(`[data-person="${TOBI}"][data-locked="true"]`).waitFor();
    await tobi.getByLabel("Username or e-mail").fill(TOBI);
    await tobi.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await tobi.getByRole("button", { name: "Log in" }).click();
    await tobi.getByText("An administrator has locked this account").waitFor();
    await act(ruth, TOBI, "Unlock account");
    await tobi.getByRole("button", { name: "Log in" }).click();
    await tobi.getByText("No chats yet").waitFor();
  });

  it("keeps what was done", async () => {
    await ruth.getByRole("link", { name: "Audit log" }).click();
    await ruth.getByText(`@${RUTH} unlocked @${TOBI}`).first().waitFor();
    await ruth.getByText(`@${RUTH} locked @${TOBI}`).first().waitFor();
    await ruth.getByText(`A command made an administrator of @${RUTH}`).first().waitFor();
  });
});
