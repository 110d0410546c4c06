import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { allShown, connect, PAGE, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `anna-k${run}`;
const BO = `bo-k${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const last = (page: Page, body: string): Promise<void> =>
  page.locator("[data-body]").filter({ hasText: body }).last().waitFor({ timeout: 30_000 });
const bodies = async (page: Page): Promise<string[]> =>
  (await allShown(page)).map((one) => one.body);
const composer = (page: Page) => page.getByLabel("Message", { exact: true });

describe("a block", () => {
  inSteps();

  it("keeps out what the other one writes in a private chat, who sees it sent", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await composer(anna).waitFor();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().click();
    await say(bo, "hello.");
    await last(anna, "hello.");

    await anna.goto(`${PAGE}/people`);
    await anna
      .locator(`[data-person="${BO}"]`)
      .getByRole("button", { name: /Profile/ })
      .click();
    const profile = anna.getByRole("dialog", { name: "Profile" });
    await profile.getByRole("button", { name: `More about ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Block" }).click();
    await profile
      .getByRole("group", { name: `Block ${BO}?` })
      .getByRole("button", { name: "Block" })
      .click();
    await profile.getByRole("button", { name: "Unblock" }).waitFor();
    await anna.goto(`${PAGE}/`);
    await anna.locator("[data-chat]").first().click();
    await anna.getByText(`You blocked ${BO}.`).waitFor();
    await anna.getByText("You blocked this person").last().waitFor();
    expect(await composer(anna).count()).toBe(0);

    await say(bo, "are you there?");
    const sent = bo.locator("[data-message]").filter({ hasText: "are you there?" });
    await sent.and(bo.locator('[data-delivery="numbered"]')).waitFor();
    expect(await bo.getByText("blocked").count()).toBe(0);

    // What comes after it shows that it would have been there.
    await anna.getByRole("button", { name: "Unblock" }).click();
    await composer(anna).waitFor();
    await say(anna, "now I am.");
    await last(bo, "now I am.");
    await say(bo, "good.");
    await last(anna, "good.");
    const hers = ["hello.", "now I am.", "good."];
    expect(await bodies(anna)).toEqual(hers);
    expect(await bodies(bo)).toEqual(["hello.", "are you there?", "now I am.", "good."]);
    await anna.reload();
    await last(anna, "good.");
    expect(await bodies(anna)).toEqual(hers);
    expect(await sent.getAttribute("data-standing")).toBe("sent");
  });

  it("covers what they say in a group, until it is asked for", async () => {
    await connect(anna, bo, [ANNA, BO]);
    await anna.getByRole("link", { name: "Chats" }).click();
    await anna.getByRole("button", { name: "New chat" }).first().click();
    await anna.getByRole("radio", { name: "Group" }).click();
    await anna.getByLabel("Name of the group").fill("Choir");
    await anna
      .getByRole("dialog")
      .getByRole("button", { name: new RegExp(BO) })
      .click();
    await anna.getByRole("button", { name: "Make group" }).click();
    await anna.getByRole("region", { name: "Choir" }).waitFor();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").filter({ hasText: "Choir" }).click();
    await say(bo, "la la la.");
    await last(anna, "la la la.");
    await anna.locator("[data-message]", { hasText: "la la la." }).focus();
    await anna.keyboard.press("Enter");
    await anna.getByRole("dialog").getByRole("button", { name: "Pin", exact: true }).click();
    const pinned = anna.getByRole("region", { name: "Pinned messages" });
    await pinned.getByText("la la la.").waitFor();
    await say(bo, "tra la.");
    await last(anna, "tra la.");

    await anna
      .getByRole("button", { name: `Profile of ${BO}` })
      .first()
      .click();
    const profile = anna.getByRole("dialog", { name: "Profile" });
    await profile.getByRole("button", { name: `More about ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Block" }).click();
    await profile
      .getByRole("group", { name: `Block ${BO}?` })
      .getByRole("button", { name: "Block" })
      .click();
    await profile.getByRole("button", { name: "Unblock" }).waitFor();
    await profile.getByRole("button", { name: "Close" }).click();
    await last(anna, "Message of a blocked person");
    const covered = "Message of a blocked person";
    expect(await bodies(anna)).toEqual([covered, covered]);
    const listed = anna.locator("[data-chat]").filter({ hasText: "Choir" });
    await listed.getByText("Message of a blocked person").waitFor();
    await pinned.getByText("Message of a blocked person").waitFor();
    await expect
      .poll(
        async () => {
          const answer = await anna.request.get(`${PAGE}/api/search?q=la`);
          return ((await answer.json()) as { hits: unknown[] }).hits.length;
        },
        { timeout: 30_000, interval: 300 },
      )
      .toBe(2);
    await anna.getByRole("button", { name: "Search in this chat" }).click();
    await anna.getByLabel("Words in this chat").fill("la");
    const hits = anna.locator("a[data-hit]");
    await hits.last().getByText(covered).waitFor();
    expect(await hits.locator("mark").count()).toBe(0);
    await anna.getByRole("button", { name: "Close search" }).click();
    await anna
      .getByRole("button", { name: "Show this message of a blocked person" })
      .first()
      .click();
    await last(anna, "la la la.");
  });
});
