import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser";
import { pretend } from "./pretend";
import { PRIVATE } from "./pretendPeople";
import { serve } from "./static";
import { inSteps } from "./steps";

/**
 * What a push does in a browser, with the built client over fixtures. Registering with Google needs Google; so the worker
 * is registered by hand, and the browser itself is told to deliver what Firebase would.
 */

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const BROWSER_MS = 30_000;

let browser: Browser;
let context: BrowserContext;
let anna: Page;
let origin: string;
let close: () => void;

beforeAll(async () => {
  browser = await launch();
  ({ page: origin, close } = await serve(OUT));
  context = await browser.newContext();
  await pretend(context, { account: "busy", push: "on" });
  anna = await context.newPage();
}, BROWSER_MS);
afterAll(async () => {
  await browser.close();
  close();
});

type Registration = { registrationId: string; isDeleted: boolean };

/** Delivers a push to the worker of the page's origin. */
async function deliver(page: Page, data: object): Promise<void> {
  const session = await context.newCDPSession(page);
  const found = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", (event) => {
      const { registrations } = event as { registrations: Registration[] };
      const living = registrations.find((one) => !one.isDeleted);
      if (living) resolve(living.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.deliverPushMessage", {
    origin: origin,
    registrationId: await found,
    data: JSON.stringify({ data, from: "123", fcmMessageId: "1" }),
  });
  await session.detach();
}

type Shown = { title: string; body: string; tag: string };

/** The notifications that are shown now. */
async function shown(page: Page): Promise<Shown[]> {
  return page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    const found = await worker.getNotifications();
    return found.map(({ title, body, tag }) => ({ title, body, tag }));
  });
}

function worker(): Worker {
  const [found] = context.serviceWorkers();
  if (found === undefined) throw new Error("no service worker");
  return found;
}

describe("push notifications", () => {
  inSteps();

  it("are off until the browser allows them", async () => {
    await context.grantPermissions([], { origin });
    await anna.goto(`${origin}/settings/notifications`);
    await anna.getByText(/Off on this device|Your browser blocks notifications/).waitFor();
    await context.grantPermissions(["notifications"], { origin });
    await anna.reload();
    await anna.getByText("On for this device").waitFor();
  });

  it("show one a chat while no page is open", async () => {
    await anna.evaluate(async () => {
      await navigator.serviceWorker.register("/push-worker.js");
      await navigator.serviceWorker.ready;
    });
    const blank = await context.newPage();
    await anna.goto("about:blank");
    const push = { chat: PRIVATE, seq: "2", unread: "1", title: "Bo", text: "soup?" };
    await deliver(blank, push);
    await deliver(blank, { ...push, seq: "3", unread: "2", text: "or salad?" });
    await anna.goto(`${origin}/settings`);
    await expect
      .poll(() => shown(anna), { timeout: BROWSER_MS })
      .toEqual([{ title: "Bo", body: "or salad?", tag: PRIVATE }]);
    await blank.close();
  });

  it("lead to the chat when they are clicked", async () => {
    await worker().evaluate(async () => {
      const scope = self as unknown as {
        registration: ServiceWorkerRegistration;
        NotificationEvent: new (type: string, init: object) => Event;
      };
      const [notification] = await scope.registration.getNotifications();
      self.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }));
    });
    await expect.poll(() => anna.url(), { timeout: BROWSER_MS }).toBe(`${origin}/c/${PRIVATE}?m=3`);
    await expect.poll(() => shown(anna), { timeout: BROWSER_MS }).toEqual([]);
  });
});
