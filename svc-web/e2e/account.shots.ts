import type { Page } from "playwright-core";
import { pictures } from "./pictures";

async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("Username or e-mail").fill("elin");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

pictures([
  { name: "login", path: "/login", how: { account: "none" } },
  {
    name: "login-wrong",
    path: "/login",
    how: { account: "none" },
    then: async (page) => {
      await logIn(page, "not my password");
      await page.getByText("don't match").waitFor();
    },
  },
  {
    name: "login-providers",
    path: "/login?problem=link_needed",
    how: { account: "none", providers: "two" },
    then: (page) => page.getByRole("button", { name: "Continue with GitHub" }).waitFor(),
  },
  {
    name: "login-choose-password",
    path: "/login",
    how: { account: "none", providers: "two" },
    then: async (page) => {
      await logIn(page, "abcd-efgh-jkmn-pqrs");
      await page.getByLabel("New password").fill("the moss lantern");
    },
  },
  {
    name: "set-up-first",
    path: "/",
    how: { account: "new", factor: "first" },
    then: (page) => page.getByRole("button", { name: "Use a passkey" }).waitFor(),
  },
  {
    name: "set-up-first-app",
    path: "/",
    how: { account: "new", factor: "first" },
    then: async (page) => {
      await page.getByRole("button", { name: "Use an authenticator app" }).click();
      await page.getByRole("button", { name: "I have one" }).click();
      await page.getByLabel("Key to type").waitFor();
    },
  },
  {
    name: "signup",
    path: "/signup",
    how: { account: "none" },
    then: async (page) => {
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByText("like name@example.org").waitFor();
    },
  },
  {
    name: "signup-typing",
    path: "/signup",
    how: { account: "none" },
    then: async (page) => {
      await page.getByLabel("E-mail").fill("elin@example.org");
      await page.getByLabel("Username").fill("Elin.");
      await page.getByLabel("Password", { exact: true }).fill("moss lantern");
      await page.getByText("Better.").or(page.getByText("Good.")).waitFor();
    },
  },
  {
    name: "signup-domains",
    path: "/signup",
    how: { account: "none", registration: "domains" },
    then: (page) => page.getByText("Any address at example.org or moss.test.").waitFor(),
  },
  {
    name: "signup-invite",
    path: "/signup",
    how: { account: "none", registration: "invite" },
    then: (page) => page.getByText("Accounts are made by invitation here").waitFor(),
  },
  {
    name: "signup-invitation-over",
    path: `/signup#${"a".repeat(43)}`,
    how: { account: "none", registration: "invite" },
    then: (page) => page.getByText("This invitation doesn’t work any more").waitFor(),
  },
  {
    name: "signup-closed",
    path: "/signup",
    how: { account: "none", registration: "closed" },
    then: (page) => page.getByText("Nobody can make an account here").waitFor(),
  },
  { name: "forgot", path: "/forgot", how: { account: "none" } },
  { name: "reset", path: "/reset#token", how: { account: "none" } },
  { name: "reset-over", path: "/reset", how: { account: "none" } },
  { name: "login-changed", path: "/login?changed", how: { account: "none" } },
  { name: "verify", path: "/verify?email=elin@example.org", how: { account: "none" } },
  {
    name: "login-passkey-none",
    path: "/login",
    how: { account: "none" },
    then: async (page) => {
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByText("Passkeys can't be used on this server").waitFor();
    },
  },
  {
    name: "login-code",
    path: "/login",
    how: { account: "none", factor: "on" },
    then: async (page) => {
      await logIn(page, "the moss lantern");
      await page.getByLabel("Six-digit code").fill("12345");
    },
  },
  {
    name: "login-recovery",
    path: "/login",
    how: { account: "none", factor: "on" },
    then: async (page) => {
      await logIn(page, "the moss lantern");
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByLabel("Recovery code").fill("k3m9p-w7xq2");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByText("was used already").waitFor();
    },
  },
]);
