import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { mailFor, PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const IDA = `ida-${Date.now().toString(36)}`;
/** Passkeys belong to a name; the page's address is an IP address otherwise. */
const NAMED = PAGE.replace("127.0.0.1", "localhost");

/** An authenticator of Chromium's own, with a counter, that keeps passkeys and verifies its owner. */
class VirtualAuthenticator {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  static async of(page: Page): Promise<VirtualAuthenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(session, authenticatorId);
  }

  /** Whether the owner shows finger or face. */
  async verifies(isUserVerified: boolean): Promise<void> {
    const authenticatorId = this.#id;
    await this.#session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  }

  /** Whether somebody touches it at all; without it, log-ins don't come from suggestions on their own. */
  async present(enabled: boolean): Promise<void> {
    const authenticatorId = this.#id;
    await this.#session.send("WebAuthn.setAutomaticPresenceSimulation", {
      authenticatorId,
      enabled,
    });
  }

  async counts(): Promise<number[]> {
    const authenticatorId = this.#id;
    const { credentials } = await this.#session.send("WebAuthn.getCredentials", {
      authenticatorId,
    });
    return credentials.map((one) => one.signCount);
  }
}

async function logOut(page: Page): Promise<void> {
  await page.goto(`${NAMED}/settings`);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Use a passkey" }).waitFor();
}

let browser: Browser;
let page: Page;
let key: VirtualAuthenticator;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("passkeys", () => {
  inSteps();

  it("are added by who knows the password, and the owner is told", async () => {
    page = await signUp(await browser.newContext(), IDA);
    await page.goto(`${NAMED}/login`);
    await page.getByLabel("Username or e-mail").fill(IDA);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByText("No chats yet").waitFor();
    key = await VirtualAuthenticator.of(page);
    await page.goto(`${NAMED}/settings/security`);
    await page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill("not the password");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByText("not your current password").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByLabel("Name").fill("Work laptop");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("not used yet").waitFor();
    expect(await key.counts()).toHaveLength(1);
    await mailFor(page, `${IDA}@example.org`, /Chrome on Linux.* opens the account/);
  });

  it("log in without a name or a password, also after somebody said no", async () => {
    await key.present(false);
    await logOut(page);
    await key.verifies(false);
    await key.present(true);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByText("No passkey was used").waitFor();
    expect((await page.request.get(`${NAMED}/api/auth/session`)).status()).toBe(401);
    await key.verifies(true);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByText("No chats yet").waitFor();
  });

  it("are suggested where the name is typed", async () => {
    await key.present(false);
    await logOut(page);
    const field = page.getByLabel("Username or e-mail");
    expect(await field.getAttribute("autocomplete")).toBe("username webauthn");
    await key.present(true);
    // Chromium's own authenticator takes the first suggestion, as somebody would who taps it.
    await page.reload();
    await page.getByText("No chats yet").waitFor();
  });

  it("prove their owner, and open nothing once they are removed", async () => {
    await page.goto(`${NAMED}/settings/security`);
    await page.getByRole("button", { name: "Remove Work laptop" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Use a passkey instead" }).click();
    await page.getByText("With a passkey you log in").waitFor();
    await key.present(false);
    await logOut(page);
    await key.present(true);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByText("This passkey was not accepted").waitFor();
    expect((await page.request.get(`${NAMED}/api/auth/session`)).status()).toBe(401);
  });
});
