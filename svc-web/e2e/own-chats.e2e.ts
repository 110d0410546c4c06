import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, PAGE, PASSWORD, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `ines-${run}`;
const BO = `kai-${run}`;

let browser: Browser;
let anna: Page;
let phone: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const box = (page: Page) => page.getByLabel("Message", { exact: true });
const written = (page: Page) => expect.poll(() => box(page).inputValue(), { timeout: 15_000 });
const row = (page: Page) => page.locator("[data-chat]").first();

describe("what one keeps about a chat", () => {
  inSteps();

  it("two people talk, and one of them has a phone too", async () => {
    [anna, bo] = await Promise.all([
      signUp(await browser.newContext(), ANNA),
      signUp(await browser.newContext(), BO),
    ]);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await box(anna).waitFor();
    await say(anna, "hello");
    await bo.getByRole("link", { name: "Chats" }).click();
    await expect.poll(() => bo.title(), { timeout: 15_000 }).toBe("(1) Nexync");
    await row(bo).click();
    await expect.poll(() => bo.title(), { timeout: 15_000 }).toBe(`${ANNA} – Nexync`);
    await bo.getByText("hello").and(bo.locator("[data-body]")).waitFor();
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    phone = await context.newPage();
    await phone.goto(`${PAGE}/login`);
    await phone.getByLabel("Username or e-mail").fill(ANNA);
    await phone.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await phone.getByRole("button", { name: "Log in" }).click();
    await row(phone).waitFor();
  });

  it("a draft and its quote go on on the phone, and are gone on both when it is sent there", async () => {
    const message = anna.locator("[data-message]").filter({ hasText: "hello" });
    await message.hover();
    await message.getByRole("button", { name: "Reply", exact: true }).click();
    await box(anna).pressSequentially("see you at");
    await row(phone).getByText("Draft: see you at").waitFor();
    await row(phone).click();
    await phone.getByText("Reply to yourself").waitFor();
    expect(await box(phone).inputValue()).toBe("see you at");
    await box(phone).press("End");
    await box(phone).pressSequentially(" nine");
    await written(anna).toBe("see you at nine");
    await phone.getByRole("button", { name: "Send", exact: true }).click();
    await bo.getByText("see you at nine").and(bo.locator("[data-body]")).waitFor();
    await written(anna).toBe("");
    await anna.getByText("Reply to yourself").waitFor({ state: "detached" });
  });

  it("a draft that was written without a connection is told with the next one", async () => {
    await anna.context().setOffline(true);
    await box(anna).fill("in the tunnel");
    await box(anna).blur();
    await anna.context().setOffline(false);
    await written(phone).toBe("in the tunnel");
    await box(anna).fill("");
    await written(phone).toBe("");
  });

  it("a long press mutes and archives; a new message leaves it there and makes no noise", async () => {
    await phone.getByRole("button", { name: "Back to the list" }).click();
    await row(phone).dispatchEvent("pointerdown", { pointerType: "touch", bubbles: true });
    await phone.getByRole("menuitem", { name: "For 1 hour" }).click();
    await row(anna).getByRole("img", { name: "Muted" }).waitFor();
    await anna.getByRole("link", { name: "People" }).click();
    await anna.getByRole("link", { name: "Chats" }).click();
    await row(anna).focus();
    await anna.keyboard.press("Tab");
    await anna.keyboard.press("Enter");
    await anna.getByRole("menuitem", { name: "Archive" }).click();
    await phone.getByText("All chats are archived").waitFor();
    await say(bo, "are you there?");
    await phone.getByRole("button", { name: /Archived/ }).click();
    await row(phone).getByText("1 new message").waitFor();
    expect(await phone.title()).toBe("Nexync");
  });

  it("what is read on one page is no longer unread on the other", async () => {
    await anna.getByRole("button", { name: /Archived/ }).click();
    await row(anna).click();
    await anna.getByText("are you there?").and(anna.locator("[data-body]")).waitFor();
    await row(phone).getByText("1 new message").waitFor({ state: "detached" });
  });

  it("says what is wrong when a change can't be made", async () => {
    await anna.context().setOffline(true);
    await row(anna).click({ button: "right" });
    await anna.getByRole("menuitem", { name: "Pin to the top" }).click();
    await anna.getByText("Not done. Nexync can't be reached.").waitFor();
    await anna.getByRole("button", { name: "OK" }).click();
    await anna.getByText("Not done.").waitFor({ state: "detached" });
  });
});
