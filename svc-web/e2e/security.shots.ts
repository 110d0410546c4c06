import type { Locator, Page } from "playwright-core";
import { pictures } from "./pictures";

/** The dialog that turns the second step on, after the password. */
async function setUp(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill("the moss lantern");
  await dialog.getByRole("button", { name: "Go on" }).click();
  return dialog;
}

/** The dialog that changes the address, with a new one. */
async function changeAddress(page: Page, address: string): Promise<Locator> {
  await page.getByRole("button", { name: "Change address" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("New e-mail").fill(address);
  return dialog;
}

pictures([
  {
    name: "security",
    path: "/settings/security",
    how: { account: "busy" },
    then: (page) => page.getByText("Firefox on Linux").waitFor(),
  },
  {
    name: "linked-accounts",
    path: "/settings/security?linked=google",
    how: { account: "busy", providers: "two" },
    then: (page) => page.getByRole("button", { name: "Link GitHub" }).scrollIntoViewIfNeeded(),
  },
  {
    name: "linked-only",
    path: "/settings/security",
    how: { account: "busy", providers: "only" },
    then: (page) => page.getByText("your only way in").scrollIntoViewIfNeeded(),
  },
  {
    name: "passkeys",
    path: "/settings/security",
    how: { account: "busy", passkeys: "two" },
    then: (page) => page.getByRole("button", { name: "Add a passkey" }).scrollIntoViewIfNeeded(),
  },
  {
    name: "passkeys-none",
    path: "/settings/security",
    how: { account: "busy" },
    then: (page) => page.getByText("With a passkey you log in").scrollIntoViewIfNeeded(),
  },
  {
    name: "passkey-add",
    path: "/settings/security",
    how: { account: "busy", passkeys: "two", factor: "on" },
    then: async (page) => {
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await page.getByRole("dialog").getByText("Use a passkey instead").waitFor();
      await page.getByRole("dialog").getByLabel("Code").waitFor();
    },
  },
  {
    name: "passkey-name",
    path: "/settings/security",
    how: { account: "busy", passkeys: "two" },
    then: async (page) => {
      await page.getByRole("button", { name: "Rename Security key" }).click();
      await page.getByRole("dialog").getByLabel("Name").waitFor();
    },
  },
  {
    name: "passkey-remove",
    path: "/settings/security",
    how: { account: "busy", passkeys: "two" },
    then: async (page) => {
      await page.getByRole("button", { name: "Remove Chrome" }).click();
      await page.getByRole("dialog").getByText("Use a passkey instead").waitFor();
    },
  },
  {
    name: "two-step-on",
    path: "/settings/security",
    how: { account: "busy", factor: "on" },
    then: (page) => page.getByText("8 recovery codes left").waitFor(),
  },
  {
    name: "two-step-scan",
    path: "/settings/security",
    how: { account: "busy" },
    then: async (page) => {
      const dialog = await setUp(page);
      await dialog.getByLabel("Key to type").waitFor();
    },
  },
  {
    name: "two-step-codes",
    path: "/settings/security",
    how: { account: "busy" },
    then: async (page) => {
      const dialog = await setUp(page);
      await dialog.getByLabel("Six-digit code").fill("123456");
      await dialog.getByRole("button", { name: "Turn on" }).click();
      await dialog.getByText("I have kept them").waitFor();
    },
  },
  {
    name: "two-step-off",
    path: "/settings/security",
    how: { account: "busy", factor: "on" },
    then: async (page) => {
      await page.getByRole("button", { name: "Turn off" }).click();
      await page.getByRole("dialog").getByLabel("Code").fill("123456");
    },
  },
  {
    name: "email-ask",
    path: "/settings/security",
    how: { account: "busy", factor: "on" },
    then: async (page) => {
      const dialog = await changeAddress(page, "elin@");
      await dialog.getByRole("button", { name: "Send the code" }).click();
      await dialog.getByText("Enter an e-mail address").waitFor();
    },
  },
  {
    name: "email-code",
    path: "/settings/security",
    how: { account: "busy" },
    then: async (page) => {
      const dialog = await changeAddress(page, "elin.sand@example.org");
      await dialog.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await dialog.getByRole("button", { name: "Send the code" }).click();
      await dialog.getByLabel("Six-digit code").fill("123456");
      await dialog.getByText("This code is not right").waitFor();
    },
  },
]);
