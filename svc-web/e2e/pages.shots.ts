import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { launch } from "./browser";
import { NOW, pretend, PRIVATE, type Pretence } from "./pretend";
import { GROUP, PERSON } from "./pretendPeople";
import { serve } from "./static";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const PICTURES =
  process.env["NEXYNC_PICTURES"] ?? fileURLToPath(new URL(".output", import.meta.url));

/** Files of 3 MB whose content is a picture, whatever they are called. */
async function choose(page: Page, names: string[]): Promise<void> {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 400);
    const paper = canvas.getContext("2d");
    const sky = paper?.createLinearGradient(0, 0, 0, 400);
    if (!paper || !sky) throw new Error("no canvas");
    sky.addColorStop(0, "#3f6f8f");
    sky.addColorStop(1, "#f0c090");
    paper.fillStyle = sky;
    paper.fillRect(0, 0, 640, 400);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const buffer = Buffer.concat([Buffer.from(bytes), Buffer.alloc(3_000_000)]);
  const type = (name: string): string => (/jpg$|png$/.test(name) ? "image/jpeg" : "text/plain");
  const files = names.map((name) => ({ name, mimeType: type(name), buffer }));
  await page.locator("input[type=file]").setInputFiles(files);
}

const WIDTHS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

type Shot = {
  name: string;
  path: string;
  how: Pretence;
  then?: (page: Page) => Promise<void>;
};

const SHOTS: Shot[] = [
  { name: "login", path: "/login", how: { account: "none" } },
  {
    name: "login-wrong",
    path: "/login",
    how: { account: "none" },
    then: async (page) => {
      await page.getByLabel("Username or e-mail").fill("elin");
      await page.getByLabel("Password", { exact: true }).fill("not my password");
      await page.getByRole("button", { name: "Log in" }).click();
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
      await page.getByLabel("Username or e-mail").fill("elin");
      await page.getByLabel("Password", { exact: true }).fill("abcd-efgh-jkmn-pqrs");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByLabel("New password").fill("the moss lantern");
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
  {
    name: "settings-admin",
    path: "/settings",
    how: { account: "busy", admin: "busy" },
    then: (page) => page.getByRole("link", { name: /Administration/ }).scrollIntoViewIfNeeded(),
  },
  {
    name: "admin",
    path: "/admin",
    how: { account: "busy", admin: "busy" },
    then: (page) => page.getByText("mara@example.org").waitFor(),
  },
  {
    name: "admin-menu",
    path: "/admin",
    how: { account: "busy", admin: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "What to do with Jonas Weber" }).click();
      await page.getByRole("menuitem", { name: "Lock account" }).waitFor();
    },
  },
  {
    name: "admin-lock",
    path: "/admin",
    how: { account: "busy", admin: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "What to do with Jonas Weber" }).click();
      await page.getByRole("menuitem", { name: "Lock account" }).click();
      await page.getByLabel("Password", { exact: true }).fill("not my password");
      await page.getByRole("button", { name: "Lock account" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "admin-nobody",
    path: "/admin",
    how: { account: "busy", admin: "busy" },
    then: async (page) => {
      await page.getByRole("searchbox", { name: /address/ }).fill("zzz");
      await page.clock.runFor(500);
      await page.getByText("Nobody found").waitFor();
    },
  },
  {
    name: "admin-invitations",
    path: "/admin/invitations",
    how: { account: "busy", admin: "busy", registration: "invite" },
    then: (page) => page.getByText("The new team in Lyon").waitFor(),
  },
  {
    name: "admin-invitations-none",
    path: "/admin/invitations",
    how: { account: "busy", admin: "new" },
    then: (page) => page.getByText("No invitations yet").waitFor(),
  },
  {
    name: "admin-invitation",
    path: "/admin/invitations",
    how: { account: "busy", admin: "busy", registration: "invite" },
    then: async (page) => {
      await page.getByRole("button", { name: "Make an invitation" }).click();
      await page.getByLabel("For", { exact: true }).fill("Nora");
    },
  },
  {
    name: "admin-invitation-made",
    path: "/admin/invitations",
    how: { account: "busy", admin: "busy", registration: "invite" },
    then: async (page) => {
      await page.getByRole("button", { name: "Make an invitation" }).click();
      await page.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await page.getByRole("button", { name: "Make it" }).click();
      await page.getByText("It is not shown again").waitFor();
    },
  },
  {
    name: "admin-reports",
    path: "/admin/reports",
    how: { account: "busy", admin: "busy" },
    then: (page) => page.getByText("This goes on for weeks.").waitFor(),
  },
  {
    name: "admin-reports-none",
    path: "/admin/reports",
    how: { account: "busy", admin: "new" },
    then: (page) => page.getByText("Nothing waits").waitFor(),
  },
  {
    name: "admin-log",
    path: "/admin/log",
    how: { account: "busy", admin: "busy" },
    then: (page) => page.getByText("A command").waitFor(),
  },
  {
    name: "admin-log-none",
    path: "/admin/log",
    how: { account: "busy", admin: "new" },
    then: (page) => page.getByText("Nothing yet").waitFor(),
  },
  { name: "admin-forbidden", path: "/admin", how: { account: "busy" } },
  { name: "forgot", path: "/forgot", how: { account: "none" } },
  { name: "reset", path: "/reset#token", how: { account: "none" } },
  { name: "reset-over", path: "/reset", how: { account: "none" } },
  { name: "login-changed", path: "/login?changed", how: { account: "none" } },
  { name: "verify", path: "/verify?email=elin@example.org", how: { account: "none" } },
  { name: "empty", path: "/", how: { account: "new" } },
  { name: "chats", path: "/", how: { account: "busy" } },
  { name: "chat", path: `/c/${PRIVATE}`, how: { account: "busy" } },
  {
    name: "sending",
    path: `/c/${PRIVATE}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByLabel("Message", { exact: true }).fill("This one is still on its way.");
      await page.keyboard.press("Enter");
      await page.getByLabel("Message", { exact: true }).fill("And a draft\nof two lines");
    },
  },
  {
    name: "files",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: (page) => page.locator("[data-state=there]").last().waitFor(),
  },
  {
    name: "files-hard",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "hard" },
    then: (page) => page.getByText("Not available").waitFor(),
  },
  {
    name: "image",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: async (page) => {
      await page.getByAltText("Image: lake.jpg").click();
      await page.getByRole("dialog").locator("[data-state=there]").waitFor();
    },
  },
  {
    name: "attach",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: async (page) => {
      await choose(page, ["holiday.png", "report.pdf", "video.mov"]);
      await page.getByText("There is no room").waitFor();
      await page.getByLabel("Message", { exact: true }).fill("Have a look");
    },
  },
  {
    name: "attach-sending",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: async (page) => {
      await choose(page, ["plan.jpg", "report.pdf"]);
      await page.getByLabel("Message", { exact: true }).fill("Both from this morning");
      await page.keyboard.press("Enter");
    },
  },
  {
    name: "forward",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Forward" }).click();
      const chats = page.getByRole("dialog").locator("[aria-pressed]");
      await chats.first().click();
      await chats.nth(2).click();
    },
  },
  {
    name: "report",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.locator("[data-message][data-own=false]").last().focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Report" }).click();
      await page.getByRole("radio", { name: "Insults or harassment" }).click();
    },
  },
  {
    name: "rejected",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", line: "rejecting" },
    then: async (page) => {
      await page.getByLabel("Message", { exact: true }).fill("This one will not go.");
      await page.keyboard.press("Enter");
      await page.getByText("Not sent.").waitFor();
    },
  },
  {
    name: "offline",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", line: "down" },
    then: (page) => page.clock.runFor(4_000),
  },
  {
    name: "group",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      if ((page.viewportSize()?.width ?? 0) > 800) {
        await page.getByRole("button", { name: "Details" }).click();
      }
    },
  },
  {
    name: "blocked",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", blocked: "two" },
    then: (page) => page.getByRole("button", { name: "Unblock" }).waitFor(),
  },
  {
    name: "group-blocked",
    path: `/c/${GROUP}`,
    how: { account: "busy", blocked: "two" },
    then: (page) => page.getByText("Message of a blocked person").last().waitFor(),
  },
  {
    name: "send-later",
    path: `/c/${PRIVATE}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByLabel("Message", { exact: true }).fill("Good morning");
      await page.getByRole("button", { name: "Send later" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "scheduled",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", scheduled: "two" },
    then: async (page) => {
      await page.getByRole("button", { name: "could not be sent" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "webhooks",
    path: `/c/${GROUP}`,
    how: { account: "busy", hooks: "two" },
    then: async (page) => {
      await page.getByText("is out").first().waitFor();
      await page.getByRole("button", { name: "Details" }).click();
      await page.getByRole("button", { name: "New webhook" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Deployments");
      await page.getByRole("button", { name: "Make webhook" }).click();
      await page.getByLabel("The address of the webhook").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "webhook-said",
    path: `/c/${GROUP}`,
    how: { account: "busy", hooks: "two" },
    then: (page) => page.getByText("is out").first().waitFor(),
  },
  {
    name: "group-kept",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Details" }).click();
      await page.getByRole("button", { name: "Export messages" }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "go-to-day",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Go to a day" }).click();
      await page.getByRole("button", { name: "Go", exact: true }).click();
      await page.getByText("Choose a day first.").waitFor();
    },
  },
  {
    name: "tools",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      const message = page.locator("[data-message]").filter({ hasText: "Monday" });
      if ((page.viewportSize()?.width ?? 0) > 800) {
        await message.hover();
        await message.getByRole("button", { name: "React", exact: true }).click();
      } else {
        await message.focus();
        await message.press("Enter");
      }
    },
  },
  {
    name: "versions",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "show earlier texts" }).click();
      await page.locator("[data-version]").first().waitFor();
    },
  },
  {
    name: "replying",
    path: `/c/${GROUP}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("textbox").or(page.getByRole("combobox")).last().press("ArrowUp");
      await page.keyboard.press("End");
      await page.keyboard.type(" @");
    },
  },
  {
    name: "search",
    path: "/",
    how: { account: "busy" },
    then: async (page) => {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("lunch");
      await page.clock.runFor(400);
      await page.getByText("table for our").waitFor();
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "search-nothing",
    path: "/",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("searchbox").fill("nothing");
      await page.clock.runFor(400);
      await page.getByText("No message found", { exact: true }).waitFor();
    },
  },
  {
    name: "search-in-chat",
    path: `/c/${PRIVATE}`,
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Search in this chat" }).click();
      await page.keyboard.type("lu");
      await page.clock.runFor(400);
      await page.getByText("Only your newest").waitFor();
    },
  },
  { name: "own-list", path: "/", how: { account: "busy", own: "kept" } },
  {
    name: "own-menu",
    path: "/",
    how: { account: "busy", own: "kept" },
    then: async (page) => {
      const row = page.locator("[data-chat]").nth(3);
      if ((page.viewportSize()?.width ?? 0) > 800) {
        await row.hover();
        await page.getByRole("button", { name: "More about" }).nth(3).click();
      } else {
        await row.dispatchEvent("contextmenu");
      }
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "own-hover",
    path: "/",
    how: { account: "busy", own: "kept" },
    then: (page) => page.locator("[data-chat]").nth(1).hover(),
  },
  {
    name: "own-archive",
    path: "/",
    how: { account: "busy", own: "kept" },
    then: (page) => page.getByRole("button", { name: /Archived/ }).click(),
  },
  {
    name: "own-refused",
    path: "/",
    how: { account: "busy", own: "kept" },
    then: async (page) => {
      await page.locator("[data-chat]").nth(3).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Pin to the top" }).click();
      await page.getByText("You have pinned 20 chats").waitFor();
    },
  },
  { name: "people", path: "/people", how: { account: "busy" } },
  {
    name: "find",
    path: "/people",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("searchbox").fill("ma");
      await page.getByText("Connect", { exact: true }).first().waitFor();
    },
  },
  {
    name: "new-group",
    path: "/",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "New chat" }).first().click();
      await page.getByRole("radio", { name: "Group" }).click();
      await page.getByLabel("Name of the group").fill("Release");
      await page.getByRole("button", { name: /Aiko/ }).click();
    },
  },
  {
    name: "profile",
    path: `/people?who=${PERSON}`,
    how: { account: "busy" },
    then: (page) => page.getByText("Groups in common").waitFor(),
  },
  {
    name: "profile-block",
    path: `/people?who=${PERSON}`,
    how: { account: "busy" },
    then: (page) => page.getByRole("button", { name: "Block", exact: true }).click(),
  },
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
    name: "login-passkey-none",
    path: "/login",
    how: { account: "none" },
    then: async (page) => {
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByText("Passkeys can't be used on this server").waitFor();
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
      await page.getByRole("button", { name: "Set up" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await dialog.getByRole("button", { name: "Go on" }).click();
      await dialog.getByLabel("Key to type").waitFor();
    },
  },
  {
    name: "two-step-codes",
    path: "/settings/security",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Set up" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await dialog.getByRole("button", { name: "Go on" }).click();
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
      await page.getByRole("button", { name: "Change address" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("New e-mail").fill("elin@");
      await dialog.getByRole("button", { name: "Send the code" }).click();
      await dialog.getByText("Enter an e-mail address").waitFor();
    },
  },
  {
    name: "email-code",
    path: "/settings/security",
    how: { account: "busy" },
    then: async (page) => {
      await page.getByRole("button", { name: "Change address" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("New e-mail").fill("elin.sand@example.org");
      await dialog.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await dialog.getByRole("button", { name: "Send the code" }).click();
      await dialog.getByLabel("Six-digit code").fill("123456");
      await dialog.getByText("This code is not right").waitFor();
    },
  },
  {
    name: "login-code",
    path: "/login",
    how: { account: "none", factor: "on" },
    then: async (page) => {
      await page.getByLabel("Username or e-mail").fill("elin");
      await page.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByLabel("Six-digit code").fill("12345");
    },
  },
  {
    name: "login-recovery",
    path: "/login",
    how: { account: "none", factor: "on" },
    then: async (page) => {
      await page.getByLabel("Username or e-mail").fill("elin");
      await page.getByLabel("Password", { exact: true }).fill("the moss lantern");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByLabel("Recovery code").fill("k3m9p-w7xq2");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByText("was used already").waitFor();
    },
  },
];

let browser: Browser;
let page: string;
let close: () => void;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await launch();
  ({ page, close } = await serve(OUT));
});
afterAll(async () => {
  await browser.close();
  close();
});

describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
  describe.each(["wide", "narrow"] as const)("%s", (width) => {
    it.each(SHOTS)("$name", async (shot) => {
      const context = await browser.newContext({
        viewport: WIDTHS[width],
        colorScheme,
        locale: "en-GB",
        deviceScaleFactor: 1,
        hasTouch: width === "narrow",
        isMobile: width === "narrow",
      });
      await context.clock.install({ time: NOW });
      await pretend(context, shot.how);
      const view = await context.newPage();
      const problems: string[] = [];
      view.on("pageerror", (error) => problems.push(error.message));
      await view.goto(page + shot.path);
      await view.waitForLoadState("networkidle");
      await view.clock.runFor(500);
      await shot.then?.(view);
      await view.clock.runFor(500);
      await view.screenshot({ path: `${PICTURES}/${shot.name}-${width}-${colorScheme}.png` });
      await context.close();
      if (problems.length > 0) throw new Error(problems.join("\n"));
    });
  });
});
