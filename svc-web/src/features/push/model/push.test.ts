import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDue, pathOf, stateOf, type PushState } from "@/features/push/model/push";

const CHAT = "bbbbbbbb-0000-4000-8000-000000000001";
const web = { api_key: "k", app_id: "a", project_id: "p", sender_id: "s", vapid_key: "v" };

describe("push on this device", () => {
  const cases: [boolean, NotificationPermission, boolean, boolean, PushState][] = [
    [true, "granted", true, true, "on"],
    [true, "granted", true, false, "off"],
    [true, "default", true, true, "off"],
    [true, "default", true, false, "off"],
    [true, "denied", true, true, "blocked"],
    [false, "default", true, false, "unsupported"],
    [false, "default", false, false, "not_here"],
    [true, "granted", false, true, "not_here"],
  ];
  it.each(cases)(
    "able %s, permission %s, set up %s, device %s: %s",
    (able, permission, setUp, device, state) => {
      const view = { web: setUp ? web : null, device, preview: false };
      expect(stateOf({ able, permission }, view)).toBe(state);
    },
  );
});

describe("a message of the worker", () => {
  it.each([
    [{ tag: "push.open", path: `/c/${CHAT}?m=7` }, `/c/${CHAT}?m=7`],
    [{ tag: "push.open", path: `/c/${CHAT}` }, `/c/${CHAT}`],
    [{ tag: "push.open", path: "/" }, "/"],
    [{ tag: "push.open", path: "https://elsewhere.test/" }, null],
    [{ tag: "push.open", path: "//elsewhere.test" }, null],
    [{ tag: "other", path: "/" }, null],
    [null, null],
    ["push.open", null],
  ])("%o leads to %s", (message, path) => expect(pathOf(message)).toBe(path));
});

it("looks at the token once a day, whatever was stored", () => {
  const now = 1_767_225_600_000;
  expect(isDue(null, now)).toBe(true);
  expect(isDue("nonsense", now)).toBe(true);
  expect(isDue(`${now + 1}`, now)).toBe(true);
  expect(isDue(`${now - 1_000}`, now)).toBe(false);
  expect(isDue(`${now - 24 * 3600 * 1000}`, now)).toBe(true);
});

type Shown = { title: string; options: { body: string; tag: string; data: { path: string } } };

/** The worker over a fake of its global scope. */
function worker(pages: { focused: boolean; visibilityState: string }[] = []) {
  const handlers = new Map<string, (event: unknown) => void>();
  const shown: Shown[] = [];
  const opened: string[] = [];
  const told: unknown[] = [];
  const self = {
    addEventListener: (name: string, handler: (event: unknown) => void) =>
      handlers.set(name, handler),
    navigator: {},
    clients: {
      matchAll: () =>
        Promise.resolve(
          pages.map((page) => ({
            ...page,
            postMessage: (message: unknown) => told.push(message),
            focus: () => Promise.resolve(),
          })),
        ),
      openWindow: (path: string) => Promise.resolve(opened.push(path)),
    },
    registration: {
      showNotification: (title: string, options: Shown["options"]) =>
        Promise.resolve(shown.push({ title, options })),
    },
  };
  const source = readFileSync(resolve(import.meta.dirname, "../../../../public/push-worker.js"), {
    encoding: "utf-8",
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- as the browser does
  new Function("self", source)(self);
  const fire = async (name: string, event: object): Promise<void> => {
    const waits: Promise<unknown>[] = [];
    handlers.get(name)?.({ ...event, waitUntil: (wait: Promise<unknown>) => waits.push(wait) });
    await Promise.all(waits);
  };
  const push = (json: () => unknown) => fire("push", { data: { json } });
  const click = (path: string) =>
    fire("notificationclick", { notification: { close: () => undefined, data: { path } } });
  return { shown, opened, told, push, click };
}

describe("the service worker", () => {
  const data = { chat: CHAT, seq: "7", unread: "3", title: "Lunch", text: "bo: soup?" };

  it("shows one notification a chat, which leads to the message", async () => {
    const { shown, push } = worker();
    await push(() => ({ data }));
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({
      title: "Lunch",
      options: { body: "bo: soup?", tag: CHAT, data: { path: `/c/${CHAT}?m=7` } },
    });
  });

  it("shows something for every push, and leads nowhere else, whatever comes", async () => {
    const anything = fc.anything();
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, fc.record({ data: anything })), async (json) => {
        const { shown, push } = worker();
        await push(() => json);
        expect(shown).toHaveLength(1);
        expect(pathOf({ tag: "push.open", path: shown[0]?.options.data.path })).not.toBeNull();
      }),
    );
    const { shown, push } = worker();
    await push(() => {
      throw new SyntaxError("no JSON");
    });
    expect(shown[0]).toMatchObject({ title: "Nexync", options: { body: "New message" } });
  });

  it("shows nothing to whoever looks at the page", async () => {
    const { shown, push } = worker([{ focused: true, visibilityState: "visible" }]);
    await push(() => ({ data }));
    expect(shown).toHaveLength(0);
  });

  it("leads an open page to the chat, and opens one where there is none", async () => {
    const open = worker([{ focused: false, visibilityState: "hidden" }]);
    await open.click(`/c/${CHAT}`);
    expect(open.told).toEqual([{ tag: "push.open", path: `/c/${CHAT}` }]);
    expect(open.opened).toEqual([]);
    const none = worker();
    await none.click(`/c/${CHAT}`);
    expect(none.opened).toEqual([`/c/${CHAT}`]);
  });
});
