import { pictures } from "./pictures";

pictures([
  { name: "settings", path: "/settings", how: { account: "busy" } },
  {
    name: "settings-profile",
    path: "/settings/profile",
    how: { account: "busy" },
    then: (page) => page.getByText("characters left").waitFor(),
  },
  {
    name: "settings-privacy",
    path: "/settings/privacy",
    how: { account: "busy" },
    then: (page) => page.getByText("Otto Falk").waitFor(),
  },
  { name: "bots-empty", path: "/settings/bots", how: { account: "new" } },
  {
    name: "bots",
    path: "/settings/bots",
    how: { account: "busy" },
    then: (page) => page.getByRole("button", { name: "Delete Old one" }).click(),
  },
  {
    name: "bot-new",
    path: "/settings/bots",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Make a bot" }).click();
      await page.getByLabel("Username").fill("builder");
      await page.getByRole("button", { name: "Make it" }).click();
    },
  },
  {
    name: "settings-data",
    path: "/settings/data",
    how: { account: "busy" },
    then: (page) => page.getByRole("button", { name: "Download" }).waitFor(),
  },
  {
    name: "settings-data-proof",
    path: "/settings/data",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Download" }).click();
      await page.getByRole("dialog", { name: "Download your data" }).waitFor();
    },
  },
  {
    name: "settings-account",
    path: "/settings/account",
    how: { account: "busy" },
    then: (page) => page.getByRole("button", { name: "Delete account" }).waitFor(),
  },
  {
    name: "settings-account-proof",
    path: "/settings/account",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Delete account" }).click();
      await page.getByRole("dialog", { name: "Delete your account?" }).waitFor();
    },
  },
  {
    name: "settings-account-asked",
    path: "/settings/account",
    how: { account: "busy", erasure: "asked" },
    then: (page) => page.getByRole("button", { name: "Keep my account" }).waitFor(),
  },
  {
    name: "settings-notifications-off",
    path: "/settings/notifications",
    how: { account: "busy", push: "off" },
    then: async (page) => {
      await page.context().clearPermissions();
      await page.getByText("What notifications say").waitFor();
    },
  },
  {
    name: "settings-notifications-on",
    path: "/settings/notifications",
    how: { account: "busy", push: "on" },
    then: async (page) => {
      await page.context().grantPermissions(["notifications"]);
      await page.reload();
      await page.getByText("What notifications say").waitFor();
    },
  },
  {
    name: "settings-notifications-not-here",
    path: "/settings/notifications",
    how: { account: "busy" },
    then: (page) => page.getByText("not set up here").waitFor(),
  },
]);
