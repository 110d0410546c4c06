import type { BrowserContext, Page } from "playwright-core";

export const PAGE = process.env["NEXYNC_PAGE"] ?? "http://127.0.0.1:8080";
const MAIL = process.env["NEXYNC_MAIL"] ?? "http://127.0.0.1:18025";

export const PASSWORD = "a long enough password";
const MAIL_MS = 30_000;
const PAGES_MS = 30_000;

type Mail = { to: { address: string }[]; text?: string; subject?: string };

/** The mails of the inbox, oldest first; its newer releases answer below `/api`. */
async function mails(page: Page): Promise<Mail[]> {
  for (const path of ["/api/email", "/email"]) {
    const answer = await page.request.get(MAIL + path);
    if (answer.ok()) {
      const found = (await answer.json()) as Mail[] | { items: Mail[] };
      return Array.isArray(found) ? found : found.items;
    }
  }
  throw new Error(`the mail inbox at ${MAIL} can't be read`);
}

/** The newest link to `path` sent to the address. */
export async function linkFor(page: Page, address: string, path: string): Promise<string> {
  const until = Date.now() + MAIL_MS;
  while (Date.now() < until) {
    const mine = (await mails(page)).filter((mail) => mail.to.some((to) => to.address === address));
    const links = mine.map(
      (mail) => new RegExp(`https?://\\S+${path}\\S*`).exec(mail.text ?? "")?.[0],
    );
    const newest = links.filter((link) => link !== undefined).at(-1);
    if (newest !== undefined) return newest;
    await page.waitForTimeout(250);
  }
  throw new Error(`no mail with a link to ${path} came to ${address}`);
}

/** What the pattern finds in the newest mail to the address that has it. */
export async function mailFor(page: Page, address: string, pattern: RegExp): Promise<string> {
  const until = Date.now() + MAIL_MS;
  while (Date.now() < until) {
    const mine = (await mails(page)).filter((mail) => mail.to.some((to) => to.address === address));
    const found = mine.map((mail) => pattern.exec(mail.text ?? "")?.[0]);
    const newest = found.filter((part) => part !== undefined).at(-1);
    if (newest !== undefined) return newest;
    await page.waitForTimeout(250);
  }
  throw new Error(`no mail with ${String(pattern)} came to ${address}`);
}

/** The newest six-digit code sent to the address, from the mail inbox. */
export async function codeFor(page: Page, address: string): Promise<string> {
  const until = Date.now() + MAIL_MS;
  while (Date.now() < until) {
    const all = await mails(page);
    const mine = all.filter((mail) => mail.to.some((to) => to.address === address)).at(-1);
    const code = /\b\d{6}\b/.exec(`${mine?.text ?? ""} ${mine?.subject ?? ""}`)?.[0];
    if (code !== undefined) return code;
    await page.waitForTimeout(250);
  }
  throw new Error(`no mail with a code came to ${address}`);
}

/** Signs up by hand, as a person would, and ends in the empty client. */
export async function signUp(context: BrowserContext, username: string): Promise<Page> {
  const page = await context.newPage();
  page.on("response", (answer) => {
    if (answer.status() >= 400 && !answer.url().includes("/api/auth/")) {
      console.warn(username, answer.status(), answer.request().method(), answer.url());
    }
  });
  page.on("pageerror", (error) => console.warn(username, error));
  const address = `${username}@example.org`;
  await page.goto(`${PAGE}/signup`);
  await page.getByLabel("E-mail").fill(address);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Check your mail").waitFor();
  await page.getByLabel("Six-digit code").fill(await codeFor(page, address));
  await page.getByText("No chats yet").waitFor();
  return page;
}

/** Another session of somebody who signed up. */
export async function logIn(
  context: BrowserContext,
  username: string,
  password = PASSWORD,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${PAGE}/login`);
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("No chats yet").waitFor();
  return page;
}

/** `asker` finds `other` and asks; `other` accepts without a reload. */
export async function connect(asker: Page, other: Page, names: [string, string]): Promise<void> {
  const [askerName, otherName] = names;
  await other.getByRole("link", { name: "People" }).click();
  await asker.getByRole("link", { name: "People" }).click();
  await asker.getByRole("searchbox").fill(otherName);
  const found = asker.locator(`[data-person="${otherName}"]`);
  await found.getByRole("button", { name: "Connect" }).click();
  await found.getByText("Asked").waitFor();
  const asks = other.locator(`[data-person="${askerName}"]`);
  await asks.getByRole("button", { name: "Accept" }).click();
  await found.getByRole("button", { name: /Chat with/ }).waitFor();
}

export async function say(page: Page, body: string): Promise<void> {
  const box = page.getByLabel("Message", { exact: true });
  await box.fill(body);
  await box.press("Enter");
}

export type Shown = { id: string; body: string; delivery: string };

/** Scrolls to the beginning of the open chat, and on while pages before it come. */
async function fromStart(page: Page): Promise<void> {
  const log = page.getByRole("log");
  const until = Date.now() + PAGES_MS;
  for (;;) {
    await log.evaluate((element) => element.scrollTo(0, 0));
    const [there, top] = await log.evaluate((element) => [
      element.dataset["fromStart"] !== undefined,
      element.scrollTop,
    ]);
    if (there && top === 0) return;
    if (Date.now() > until)
      throw new Error(`the chat's beginning isn't there after ${PAGES_MS} ms`);
    await page.waitForTimeout(60);
  }
}

/** Every message of the open chat from first to last, read by scrolling through the virtual list. */
export async function allShown(page: Page): Promise<Shown[]> {
  const log = page.getByRole("log");
  await fromStart(page);
  const seen = new Map<string, Shown>();
  const order: string[] = [];
  for (let step = 0; step < 400; step += 1) {
    await page.waitForTimeout(60);
    const batch = await log.evaluate((element) =>
      [...element.querySelectorAll<HTMLElement>("[data-message]")]
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((one) => ({
          id: one.dataset["message"] ?? "",
          body: one.querySelector("[data-body]")?.textContent ?? "",
          delivery: one.dataset["delivery"] ?? "",
        })),
    );
    for (const one of batch) {
      if (!seen.has(one.id)) order.push(one.id);
      seen.set(one.id, one);
    }
    const moved = await log.evaluate((element) => {
      const before = element.scrollTop;
      element.scrollBy(0, element.clientHeight * 0.6);
      return element.scrollTop > before;
    });
    if (!moved) break;
  }
  return order.flatMap((id) => seen.get(id) ?? []);
}
