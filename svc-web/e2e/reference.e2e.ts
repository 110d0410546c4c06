import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { PAGE } from "./people";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("the API reference", () => {
  it("shows every operation, under the page's policy, and asks nobody else", async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const foreign: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(PAGE) && !request.url().startsWith("data:"))
        foreign.push(request.url());
    });
    await page.goto(`${PAGE}/reference`);
    const login = page.locator("#operations-svc-auth-login");
    await login.getByRole("button", { name: "post /api/auth/login", exact: true }).click();
    await login.getByText("second_factor").waitFor();
    await page.locator("#operations-svc-chat-timeline").waitFor();
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  }, 60_000);
});
