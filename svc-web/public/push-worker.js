/**
 * The service worker of push notifications; it handles nothing else, so pages are never served by it.
 *
 * A push is data, `{data: {chat, seq, unread, title, text}}`, all strings (see `svc_mailer.adapters.fcm`). One notification
 * a chat is shown, a newer one in the place of the older. Browsers demand that something is shown for every push, so what
 * can't be read is "New message".
 */

/* global self */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SEQ = /^[1-9][0-9]{0,14}$/;

/** What a push says, with nothing of it believed. */
function read(event) {
  let data = {};
  try {
    data = event.data?.json()?.data ?? {};
  } catch {
    // Not ours, or cut off: the general words below.
  }
  const text = (value, otherwise) =>
    typeof value === "string" && value !== "" ? value.slice(0, 300) : otherwise;
  return {
    chat: UUID.test(data.chat) ? data.chat : null,
    seq: SEQ.test(data.seq) ? data.seq : null,
    unread: SEQ.test(data.unread) ? Number(data.unread) : 0,
    title: text(data.title, "Nexync"),
    text: text(data.text, "New message"),
  };
}

async function windows() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

async function show(event) {
  const { chat, seq, unread, title, text } = read(event);
  if (unread > 0) await self.navigator.setAppBadge?.(unread).catch(() => undefined);
  // Whoever looks at a page of ours sees the message there.
  if ((await windows()).some((page) => page.visibilityState === "visible" && page.focused)) return;
  await self.registration.showNotification(title, {
    body: text,
    tag: chat ?? "nexync",
    renotify: true,
    icon: "/push-icon.png",
    badge: "/push-badge.png",
    data: { path: chat === null ? "/" : `/c/${chat}${seq === null ? "" : `?m=${seq}`}` },
  });
}

async function open(notification) {
  const path = notification.data?.path ?? "/";
  const [page] = await windows();
  if (page === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  page.postMessage({ tag: "push.open", path });
  await page.focus();
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification));
});
