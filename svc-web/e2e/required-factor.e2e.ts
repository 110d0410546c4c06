import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enterCode } from "./authenticator";
import { launch } from "./browser";
import { PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const ROOT = process.env["NEXYNC_ROOT"] ?? resolve(import.meta.dirname, "../..");
const VERA = `vera-${Date.now().toString(36)}`;
const START_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Another svc-auth of this instance, which asks everybody for a second factor; its process and address. */
async function strict(): Promise<[ChildProcess, string]> {
  const [port, internal, admin] = await Promise.all([freePort(), freePort(), freePort()]);
  const program = spawn(resolve(ROOT, ".venv/bin/python"), ["-m", "svc_auth"], {
    cwd: ROOT,
    stdio: "ignore",
    env: {
      ...process.env,
      NEXYNC_PORT: String(port),
      NEXYNC_INTERNAL_PORT: String(internal),
      NEXYNC_ADMIN_PORT: String(admin),
      NEXYNC_SECOND_FACTOR: "everyone",
    },
  });
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    const ready = await fetch(`http://127.0.0.1:${admin}/readyz`).catch(() => null);
    if (ready?.ok) return [program, `http://127.0.0.1:${port}`];
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("the other svc-auth doesn't get ready");
}

let browser: Browser;
let program: ChildProcess;
let address: string;
let page: Awaited<ReturnType<BrowserContext["newPage"]>>;
beforeAll(async () => {
  browser = await launch();
  [program, address] = await strict();
}, START_MS);
afterAll(async () => {
  program.kill();
  await browser.close();
});

describe("a second factor that is asked for", () => {
  inSteps();

  it("leads who logs in to set one up, wherever they go", async () => {
    const context = await browser.newContext();
    page = await signUp(context, VERA);
    await context.route("**/api/auth/**", async (route) => {
      const url = new URL(route.request().url());
      const answer = await route.fetch({ url: address + url.pathname + url.search });
      await route.fulfill({ response: answer });
    });
    await context.clearCookies();
    await page.goto(`${PAGE}/login`);
    await page.getByLabel("Username or e-mail").fill(VERA);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await page.goto(`${PAGE}/people`);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    const chats = await page.request.get(`${PAGE}/api/chats`);
    expect(chats.status()).toBe(403);
  });

  it("lets in with the app's first code, without asking for the password again", async () => {
    await page.getByRole("button", { name: "Use an authenticator app" }).click();
    await page.getByRole("button", { name: "I have one" }).click();
    const secret = (await page.getByLabel("Key to type").innerText()).replace(/\s/g, "");
    const kept = page.getByRole("button", { name: "I have kept them" });
    const turnOn = page.getByRole("button", { name: "Turn on" });
    await enterCode(secret, page.getByLabel("Six-digit code"), turnOn, kept);
    await kept.click();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await page.goto(PAGE);
    await page.getByText("No chats yet").waitFor();
  });
});
