import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { PASSWORD, signUp } from "./people";

const NOOR = `noor-${Date.now().toString(36)}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("one's own data", () => {
  it("is downloaded from the settings after the password, as a zip that is whole", async () => {
    const page = await signUp(await browser.newContext({ acceptDownloads: true }), NOOR);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Your data" }).click();
    await page.getByRole("button", { name: "Download" }).click();
    const dialog = page.getByRole("dialog", { name: "Download your data" });
    await dialog.getByLabel("Password", { exact: true }).fill("not my password");
    await dialog.getByRole("button", { name: "Download" }).click();
    await dialog.getByText("This is not your current password.").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    const begun = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Download" }).click();
    const download = await begun;
    expect(download.suggestedFilename()).toBe("nexync-my-data.zip");
    expect(await download.failure()).toBeNull();
    const zip = await readFile(await download.path());
    expect(zip.subarray(0, 4).toString("latin1")).toBe("PK\x03\x04");
    // The end of the directory, which only a whole archive has, and a name in it.
    expect(zip.lastIndexOf("PK\x05\x06", undefined, "latin1")).toBe(zip.length - 22);
    expect(zip.includes("account.json")).toBe(true);
    await page.getByText("The download has begun").waitFor();
  }, 60_000);
});
