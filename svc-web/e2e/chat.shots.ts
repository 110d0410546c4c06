import type { Page } from "playwright-core";
import { pictures } from "./pictures";
import { GROUP, PRIVATE } from "./pretendPeople";

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

pictures([
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
      await page.getByAltText(/^A lake between dark hills/).click();
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
    name: "describe",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: async (page) => {
      await choose(page, ["holiday.png", "pier.jpg"]);
      await page.getByRole("button", { name: "Describe holiday.png" }).click();
      await page.keyboard.type("A beach in the evening, with the light of the sun on the sea");
    },
  },
  {
    name: "described",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", files: "some" },
    then: async (page) => {
      await choose(page, ["holiday.png", "pier.jpg", "report.pdf"]);
      await page.getByRole("button", { name: "Describe holiday.png" }).click();
      await page.keyboard.type("A beach in the evening, with the light of the sun on the sea");
      await page.keyboard.press("Enter");
      await page.getByText("Described").waitFor();
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
        await page.getByRole("button", { name: /^About / }).click();
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
      await page.getByRole("button", { name: /^About / }).click();
      await page.getByRole("button", { name: "New webhook" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Deployments");
      await page.getByRole("button", { name: "Make webhook" }).click();
      await page.getByLabel("The address of the webhook").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "webhooks-private",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", hooks: "two" },
    then: async (page) => {
      await page.getByText("is out").first().waitFor();
      if ((page.viewportSize()?.width ?? 0) < 800) return;
      await page.getByRole("button", { name: /^About / }).click();
      await page.getByText("By you, since").waitFor();
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
      await page.getByRole("button", { name: /^About / }).click();
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
      const message = page.locator("[data-message]").filter({ hasText: "Monday" }).first();
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
  {
    name: "chat-deleted-partner",
    path: `/c/${PRIVATE}`,
    how: { account: "busy", partner: "deleted" },
    then: (page) => page.getByText("This account was deleted. You can read").waitFor(),
  },
]);
