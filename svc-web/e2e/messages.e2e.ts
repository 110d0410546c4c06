import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { connect, PAGE, say, signUp } from "./people";
import { inSteps } from "./steps";

const run = Date.now().toString(36);
const ANNA = `anne-${run}`;
const BO = `ben-${run}`;

let browser: Browser;
let anna: Page;
let bo: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

const message = (page: Page, text: string): Locator =>
  page.locator("[data-message]").filter({ has: page.locator("[data-body]", { hasText: text }) });
const box = (page: Page): Locator => page.getByLabel("Message", { exact: true });

/** A tool beside a message, shown once the pointer is there. */
async function tool(page: Page, text: string, name: string): Promise<void> {
  await message(page, text).last().hover();
  await message(page, text).last().getByRole("button", { name, exact: true }).click();
}

describe("two people and what becomes of their messages", () => {
  inSteps();

  it("sign up, connect, and open a private chat", async () => {
    anna = await signUp(await browser.newContext(), ANNA);
    bo = await signUp(await browser.newContext(), BO);
    await connect(anna, bo, [ANNA, BO]);
    await anna.locator(`[data-person="${BO}"]`).getByRole("button", { name: /Chat/ }).click();
    await box(anna).waitFor();
    await bo.getByRole("link", { name: "Chats" }).click();
    await bo.locator("[data-chat]").first().click();
    await box(bo).waitFor();
  });

  it("says who is here", async () => {
    const header = bo.getByRole("region", { name: ANNA }).locator("header");
    await header.getByText("online").waitFor({ timeout: 60_000 });
  });

  it("says who types, until the message is there or for some seconds", async () => {
    const header = bo.getByRole("region", { name: ANNA }).locator("header");
    await box(anna).pressSequentially("Soon");
    await header.getByText("typing…").waitFor();
    expect(await anna.locator("header").getByText("typing…").count()).toBe(0);
    await box(anna).press("Enter");
    await message(bo, "Soon").waitFor();
    await header.getByText("typing…").waitFor({ state: "detached", timeout: 2_000 });
    await anna.waitForTimeout(3_100);
    await box(anna).pressSequentially("Or not");
    await header.getByText("typing…").waitFor();
    await header.getByText("typing…").waitFor({ state: "detached", timeout: 8_000 });
    await box(anna).fill("");
  });

  it("edits the last message with arrow up, and both see it", async () => {
    await say(anna, "Lunch at won?");
    await message(bo, "Lunch at won?").waitFor();
    await message(anna, "Lunch at won?").and(anna.locator("[data-delivery=numbered]")).waitFor();
    await box(anna).press("ArrowUp");
    expect(await box(anna).inputValue()).toBe("Lunch at won?");
    await box(anna).fill("Lunch at **one**?");
    await box(anna).press("Enter");
    await message(bo, "one").getByText("edited").waitFor();
    expect(await message(bo, "one").locator("strong").textContent()).toBe("**one**");
    expect(await box(anna).inputValue()).toBe("");
    await message(bo, "one").getByRole("button", { name: "show earlier texts" }).click();
    await bo.getByRole("dialog").locator("[data-version]").nth(1).waitFor();
    expect(await bo.getByRole("dialog").locator("[data-version]").allTextContents()).toEqual([
      "Lunch at **one**?",
      "Lunch at won?",
    ]);
    await bo.keyboard.press("Escape");
    await box(anna).press("ArrowUp");
    await box(anna).fill("never mind");
    await box(anna).press("Escape");
    expect(await box(anna).inputValue()).toBe("");
  });

  it("reacts, and takes it back", async () => {
    await tool(bo, "one", "React");
    await bo.getByRole("button", { name: "Thumbs up" }).click();
    const reaction = message(anna, "one").getByRole("button", { name: /^👍 1/ });
    await reaction.click();
    await message(bo, "one").getByRole("button", { name: /^👍 2/ }).click();
    await message(anna, "one")
      .getByRole("button", { name: /^👍 1: You/ })
      .waitFor();
  });

  it("answers, names, and goes to what is answered from a page that doesn't have it", async () => {
    for (let turn = 1; turn <= 70; turn += 1) await say(anna, `filling ${turn}.`);
    await message(bo, "filling 70.").waitFor();
    await bo.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
    const first = message(bo, "one");
    for (let tries = 0; tries < 40 && !(await first.isVisible()); tries += 1) {
      await bo.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
      await bo.waitForTimeout(100);
    }
    await tool(bo, "one", "Reply");
    await box(bo).fill("One is fine, @");
    await bo.getByRole("option", { name: new RegExp(ANNA) }).click();
    await box(bo).press("Enter");
    await anna.reload();
    const answer = message(anna, "One is fine").last();
    await answer.waitFor();
    expect(await answer.getByText(`@${ANNA}`).count()).toBe(1);
    expect(await message(anna, "Lunch").count()).toBe(0);
    await answer.getByRole("button", { name: /Answers/ }).click();
    await message(anna, "Lunch").waitFor();
    await anna.getByRole("button", { name: "Jump to the newest message" }).click();
    await message(anna, "One is fine").waitFor();
  });

  it("opens a link to a message", async () => {
    const chat = new URL(anna.url()).pathname;
    const seq = await message(bo, "One is fine").last().getAttribute("data-seq");
    expect(Number(seq)).toBeGreaterThan(70);
    await anna.goto(`${PAGE}${chat}?m=2`);
    await message(anna, "Lunch").waitFor();
    await anna.goto(`${PAGE}${chat}`);
    await message(anna, "One is fine").waitFor();
  });

  it("leads the keyboard past the messages, into one, and back to it", async () => {
    const label = (page: Page): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
    await bo.getByRole("log").focus();
    const passed: (string | null)[] = [];
    for (let stop = 0; stop < 12 && passed.at(-1) !== "Message"; stop += 1) {
      await bo.keyboard.press("Tab");
      passed.push(await label(bo));
    }
    expect(passed.at(-1)).toBe("Message");
    // Only through the tools of the answer, whose quote is a button.
    expect(passed.filter((one) => one === "React")).toHaveLength(1);
    const filling = message(bo, "filling 70.");
    await filling.focus();
    await bo.keyboard.press("Tab");
    expect(await label(bo)).toBe("React");
    await filling.focus();
    await bo.keyboard.press("Enter");
    await bo.getByRole("dialog", { name: "Message" }).waitFor();
    await bo.keyboard.press("Escape");
    const seq = await filling.getAttribute("data-seq");
    await bo.getByRole("dialog", { name: "Message" }).waitFor({ state: "detached" });
    await expect
      .poll(() => bo.evaluate(() => document.activeElement?.getAttribute("data-seq")))
      .toBe(seq);
    await bo.keyboard.press("Enter");
    await bo.getByRole("button", { name: "Reply", exact: true }).last().press("Enter");
    await bo.getByText("Reply to").waitFor();
    await expect.poll(() => label(bo)).toBe("Message");
    await bo.keyboard.press("Escape");
  });

  it("sets what is written from right to left at the right", async () => {
    await say(anna, "- أولا\n- ثانيا\n\n> اقتباس\n\nمرحبا");
    const shown = message(bo, "مرحبا").last();
    await shown.waitFor();
    const sides = await shown.evaluate((article) => {
      const one = (selector: string): Element => article.querySelector(selector) ?? article;
      const bubble = one("[data-body]").parentElement ?? article;
      const box = bubble.getBoundingClientRect();
      const time = one("time").getBoundingClientRect();
      return {
        bubble: getComputedStyle(bubble).direction,
        timeAtLeft: time.left - box.left < box.right - time.right,
        quote: getComputedStyle(one("[data-block=quote]")).borderRightWidth,
        item: getComputedStyle(one("[data-block=item]")).paddingRight,
      };
    });
    expect(sides).toEqual({ bubble: "rtl", timeAtLeft: true, quote: "3px", item: "18px" });
  });

  it("deletes for all, from the keyboard", async () => {
    const one = message(bo, "One is fine").last();
    await one.focus();
    await one.press("Enter");
    await bo.getByRole("button", { name: "Delete for everyone" }).click();
    await bo.getByRole("button", { name: "Delete", exact: true }).click();
    await anna.getByText("Message deleted").last().waitFor();
    await bo.getByText("You deleted this message").waitFor();
    expect(await message(anna, "One is fine").count()).toBe(0);
    await anna.reload();
    await anna.getByText("Message deleted").last().waitFor();
  });

  it("makes no HTML and no script of what is written", async () => {
    await say(anna, '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) `<b>`.');
    const shown = message(bo, "onerror").last();
    await shown.waitFor();
    expect(await shown.locator("img, script, a").count()).toBe(0);
    await say(anna, "See https://example.org/a_b_c.");
    const link = message(bo, "See https").getByRole("link");
    expect(await link.getAttribute("href")).toBe("https://example.org/a_b_c");
    expect(await link.getAttribute("rel")).toContain("noopener");
  });
});
