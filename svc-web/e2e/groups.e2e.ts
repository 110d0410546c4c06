import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `anna-g${run}`;
const BO = `bo-g${run}`;
const CY = `cy-g${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;
let cyContext: BrowserContext;
let cy: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const line = (page: Page, words: string): Promise<void> =>
  page.getByRole("log").getByText(words).first().waitFor({ timeout: 20_000 });
const member = (page: Page, name: string) => page.locator(`[data-member="${name}"]`);

describe("a group, from its making to its end", () => {
  inSteps();

  it("is made, says what it is about, and its admin makes another", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.getByRole("button", { name: "New chat" }).first().click();
    const dialog = anna.getByRole("dialog");
    await dialog.getByRole("radio", { name: "Group" }).click();
    await dialog.getByLabel("Name of the group").fill("Lunch");
    await dialog.getByRole("button", { name: BO }).click();
    await dialog.getByRole("button", { name: "Make group" }).click();
    await say(anna, "before anybody else");
    await anna.getByRole("button", { name: "Details", exact: true }).click();
    await anna.getByRole("button", { name: "Say what it is about" }).click();
    await anna.getByLabel("What the group is about").fill("Where we eat at noon");
    await anna.getByRole("button", { name: "Save" }).click();
    await line(anna, "You set the tagline “Where we eat at noon”");
    await anna.getByRole("radio", { name: "Everything" }).click();
    await line(anna, "You opened earlier messages to new members");
    await anna.getByRole("button", { name: `Change ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Make admin" }).click();
    await member(anna, BO).getByText("Admin").waitFor();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().click();
    await line(bo, `${ANNA} made you an admin`);
  });

  it("lets somebody in by a link, who sees what was said before", async () => {
    await anna.getByRole("button", { name: "New link" }).click();
    await anna.getByRole("radio", { name: "1 person" }).click();
    await anna.getByRole("button", { name: "Make link" }).click();
    const link = await anna.getByLabel("The new link").inputValue();
    await anna.getByText("For 1 more person").waitFor();
    cyContext = await browser.newContext();
    cy = await signUp(cyContext, CY);
    await cy.goto(link);
    await cy.getByRole("heading", { name: "Lunch" }).waitFor();
    await cy.getByRole("button", { name: "Join group" }).click();
    await cy.locator("[data-body]").filter({ hasText: "before anybody else" }).waitFor();
    await say(cy, "here I am");
    await line(anna, `${CY} joined by a link`);
    await member(anna, CY).waitFor();
    const late = await cyContext.newPage();
    await late.goto(link.replace(/.{4}$/, "0000"));
    await late.getByText("This link leads nowhere").waitFor();
    await late.close();
  });

  it("hears what a program says by a webhook, until it is revoked", async () => {
    const hooks = anna.getByRole("region", { name: "Webhooks" });
    await hooks.getByRole("button", { name: "New webhook" }).click();
    await hooks.getByLabel("Name").fill("Kitchen");
    await hooks.getByRole("button", { name: "Make webhook" }).click();
    const address = await hooks.getByLabel("The address of the webhook").inputValue();
    await line(anna, "You made the webhook “Kitchen”");
    const said = await bo.request.post(address, { data: { text: "soup is ready" } });
    expect(said.status()).toBe(201);
    const shown = bo.locator("[data-message]").filter({ hasText: "soup is ready" });
    await shown.getByText("Kitchen").waitFor();
    await shown.getByText("Webhook", { exact: true }).waitFor();
    await hooks.getByRole("button", { name: "Revoke Kitchen" }).click();
    await line(bo, `${ANNA} revoked a webhook`);
    const late = await bo.request.post(address, { data: { text: "late" } });
    expect(late.status()).toBe(404);
  });

  it("hears one in a private chat, too, which its maker is told of as well", async () => {
    await bo.getByRole("link", { name: "People" }).click();
    await bo.getByRole("button", { name: `Chat with ${ANNA}` }).click();
    await bo.getByRole("button", { name: "Details", exact: true }).click();
    const hooks = bo.getByRole("region", { name: "Webhooks" });
    await hooks.getByRole("button", { name: "New webhook" }).click();
    await hooks.getByLabel("Name").fill("Door");
    await hooks.getByRole("button", { name: "Make webhook" }).click();
    const address = await hooks.getByLabel("The address of the webhook").inputValue();
    await hooks.getByText("By you, since").waitFor();
    const said = await anna.request.post(address, { data: { text: "somebody rang" } });
    expect(said.status()).toBe(201);
    const shown = bo.locator("[data-message]").filter({ hasText: "somebody rang" });
    await shown.getByText("Webhook", { exact: true }).waitFor();
    expect(await shown.getAttribute("data-own")).toBe("false");
    await anna.getByText("Door: somebody rang").waitFor();
    await bo.getByRole("button", { name: "Close details" }).click();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").filter({ hasText: "Lunch" }).click();
    await line(bo, `${ANNA} revoked a webhook`);
  });

  it("loses its maker, has an admin all the same, and ends", async () => {
    await anna.getByRole("button", { name: `Change ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Remove as admin" }).click();
    await line(bo, `${ANNA} took the role of admin from you`);
    await anna.getByRole("button", { name: "Leave group" }).click();
    await anna.getByRole("dialog").getByRole("button", { name: "Leave group" }).click();
    await anna.getByText("You are not in this chat any more").waitFor();
    await line(bo, `${ANNA} left. The group’s admin is now you`);
    await bo.getByRole("button", { name: "Details", exact: true }).click();
    await bo.getByRole("button", { name: "End group" }).click();
    await bo.getByRole("dialog").getByRole("button", { name: "End group" }).click();
    for (const page of [bo, cy]) {
      await page.getByText("This group was ended. You can read what was said.").waitFor();
      expect(await page.getByLabel("Message", { exact: true }).count()).toBe(0);
    }
  });
});
