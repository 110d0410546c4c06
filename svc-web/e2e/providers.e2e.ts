import { readFile, rm, writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { restart } from "./instance";
import { Issuer } from "./issuer";
import { logIn, mailFor, PAGE, PASSWORD } from "./people";
import { inSteps } from "./steps";

const NORA = `nora-${Date.now().toString(36)}`;
const ADDRESS = `${NORA}@example.org`;
const FILE = process.env["NEXYNC_PROVIDERS_FILE"] ?? "";

const issuer = new Issuer("nexync", {
  sub: NORA,
  email: ADDRESS,
  email_verified: true,
  name: "Nora",
  preferred_username: NORA,
});

let browser: Browser;
let page: Page;
let before = "";
beforeAll(async () => {
  browser = await launch();
  await issuer.start();
  before = await readFile(FILE, "utf8");
  const secret = `${FILE}.secret`;
  await writeFile(secret, "secret");
  const corp = { id: "corp", kind: "oidc", label: "Corp", issuer: issuer.address };
  const registered = { client_id: issuer.client, client_secret_file: secret };
  await writeFile(FILE, JSON.stringify({ providers: [{ ...corp, ...registered }] }));
  await restart("auth");
});
afterAll(async () => {
  issuer.stop();
  await browser.close();
  await writeFile(FILE, before);
  await rm(`${FILE}.secret`);
  await restart("auth");
});

describe("logging in with a provider", () => {
  inSteps();

  it("makes an account, and says that nothing else opens it", async () => {
    page = await (await browser.newContext()).newPage();
    await page.goto(`${PAGE}/login`);
    await page.getByRole("button", { name: "Continue with Corp" }).click();
    await page.getByText("No chats yet").waitFor();
    await page.goto(`${PAGE}/settings/security`);
    await page.getByText("It is your only way in").waitFor();
  });

  it("brings a password by mail that is good once, to choose another", async () => {
    const mail = await mailFor(page, ADDRESS, /[a-z2-9]{4}(?:-[a-z2-9]{4}){3}/);
    const other = await (await browser.newContext()).newPage();
    await other.goto(`${PAGE}/login`);
    await other.getByLabel("Username or e-mail").fill(NORA);
    await other.getByLabel("Password", { exact: true }).fill(mail);
    await other.getByRole("button", { name: "Log in" }).click();
    await other.getByLabel("New password").fill(PASSWORD);
    await other.getByRole("button", { name: "Save and log in" }).click();
    await other.getByText("No chats yet").waitFor();
  });

  it("can be unlinked then, and linked again with the password", async () => {
    page = await logIn(await browser.newContext(), NORA);
    await page.goto(`${PAGE}/settings/security`);
    await page.getByRole("button", { name: "Unlink Corp" }).click();
    const unlink = page.getByRole("dialog");
    await unlink.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await unlink.getByRole("button", { name: "Unlink" }).click();
    await page.getByRole("button", { name: "Link Corp" }).click();
    const link = page.getByRole("dialog");
    await link.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await link.getByRole("button", { name: "Go to Corp" }).click();
    await page.getByText("Corp is linked.").waitFor();
    expect(new URL(page.url()).pathname).toBe("/settings/security");
  });
});
