import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { linkFor, logIn, PAGE, PASSWORD, signUp } from "./people";
import { inSteps } from "./steps";

const CARA = `cara-${Date.now().toString(36)}`;
const DORA = `dora-${Date.now().toString(36)}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("passwords", () => {
  inSteps();

  it("are replaced by the mailed link, which logs every page out and works once", async () => {
    const there = await signUp(await browser.newContext(), DORA);
    const here = await (await browser.newContext()).newPage();
    await here.goto(`${PAGE}/login`);
    await here.getByRole("link", { name: "Forgot your password?" }).click();
    await here.getByLabel("E-mail").fill(`${DORA}@example.org`);
    await here.getByRole("button", { name: "Send the link" }).click();
    await here.getByRole("heading", { name: "Check your mail" }).waitFor();
    const link = await linkFor(here, `${DORA}@example.org`, "/reset#");
    await here.goto(link);
    await here.getByLabel("New password", { exact: true }).fill("password1");
    await here.getByRole("button", { name: "Save" }).click();
    await here.getByText("Many people use this password").waitFor();
    await here.getByLabel("New password", { exact: true }).fill("the moss lantern");
    await here.getByRole("button", { name: "Save" }).click();
    await here.getByText("Your password is changed").waitFor();
    await there.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 3_000 });
    await here.goto("about:blank");
    await here.goto(link);
    await here.getByLabel("New password", { exact: true }).fill("the moss lantern");
    await here.getByRole("button", { name: "Save" }).click();
    await here.getByRole("heading", { name: "This link is over" }).waitFor();
    await linkFor(here, `${DORA}@example.org`, "/forgot");
  });

  it("are changed by the old one, and the page stays open", async () => {
    const page = await logIn(await browser.newContext(), DORA, "the moss lantern");
    await page.goto(`${PAGE}/settings/security`);
    await page.getByLabel("Current password", { exact: true }).fill("not this one");
    await page.getByLabel("New password", { exact: true }).fill("another moss lantern");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("This is not your current password.").waitFor();
    await page.getByLabel("Current password", { exact: true }).fill("the moss lantern");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Your password is changed").waitFor();
    await logIn(await browser.newContext(), DORA, "another moss lantern");
  });
});

describe("sessions", () => {
  inSteps();

  it("are listed, and a page whose session is ended elsewhere shows the way in at once", async () => {
    const here = await signUp(await browser.newContext(), CARA);
    const there = await logIn(await browser.newContext(), CARA);
    const third = await logIn(await browser.newContext(), CARA);
    await here.goto(`${PAGE}/settings`);
    await here.getByRole("link", { name: /Security/ }).click();
    const list = here.getByRole("region", { name: "Where you are logged in" });
    await list.getByText("This device").waitFor();
    expect(await list.getByRole("listitem").count()).toBe(3);
    await list.getByRole("button", { name: "Log out everywhere else" }).click();
    for (const page of [there, third]) {
      await page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 3_000 });
    }
    await list.getByText("You are logged in nowhere else.").waitFor();
    expect(await list.getByRole("listitem").count()).toBe(1);
  });

  it("logs out from any page", async () => {
    const page = await logIn(await browser.newContext(), CARA);
    for (const path of ["/people", "/settings/privacy", "/"]) {
      await page.goto(PAGE + path);
      await page.getByRole("button", { name: /^You, / }).waitFor();
    }
    await page.getByRole("button", { name: /^You, / }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  it("masks passwords, and lets them be pasted and filled in", async () => {
    const context = await browser.newContext();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    await page.goto(`${PAGE}/signup`);
    const fresh = page.getByLabel("Password", { exact: true });
    expect(await fresh.getAttribute("autocomplete")).toBe("new-password");
    await page.goto(`${PAGE}/login`);
    const field = page.getByLabel("Password", { exact: true });
    expect(await field.getAttribute("type")).toBe("password");
    expect(await field.getAttribute("autocomplete")).toBe("current-password");
    await page.evaluate((text) => navigator.clipboard.writeText(text), PASSWORD);
    await field.focus();
    await page.keyboard.press("Control+V");
    expect(await field.inputValue()).toBe(PASSWORD);
  });
});
