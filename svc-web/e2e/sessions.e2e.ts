import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { logIn, PAGE, signUp } from "./people";

const CARA = `cara-${Date.now().toString(36)}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("sessions", () => {
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
});
