import { pictures } from "./pictures";
import { PERSON } from "./pretendPeople";

pictures([
  { name: "empty", path: "/", how: { account: "new" } },
  { name: "chats", path: "/", how: { account: "busy" } },
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
    then: async (page) => {
      await page.getByRole("dialog").getByRole("button", { name: "More about" }).click();
      await page.getByRole("menuitem", { name: "Block" }).click();
      await page.getByRole("group", { name: /^Block / }).waitFor();
    },
  },
  {
    name: "chats-account-asked",
    path: "/",
    how: { account: "busy", erasure: "asked" },
    then: (page) => page.getByRole("button", { name: "Keep it" }).waitFor(),
  },
]);
