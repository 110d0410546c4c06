import { pictures } from "./pictures";

pictures([
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
]);
