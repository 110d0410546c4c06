import type { Browser } from "@/features/push/model/push";
import type { WebPush } from "@/shared/contracts/generated";

/** The browser's side of push: permission, the service worker, and Firebase's token. */

const WORKER = "/push-worker.js";

/** What this browser can do and has been allowed. */
export function browser(): Browser {
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return { able, permission: able ? Notification.permission : "default" };
}

/** Tells when the permission changes, also in the browser's own settings. */
export function onPermission(listener: () => void): () => void {
  let status: PermissionStatus | null = null;
  let over = false;
  void navigator.permissions.query({ name: "notifications" }).then(
    (found) => {
      if (over) return;
      status = found;
      status.addEventListener("change", listener);
    },
    () => undefined,
  );
  window.addEventListener("focus", listener);
  return () => {
    over = true;
    status?.removeEventListener("change", listener);
    window.removeEventListener("focus", listener);
  };
}

/** The person said no, or closed the question. */
export class RefusedError extends Error {}

/**
 * The token of this browser, after the person has allowed notifications. Firebase's library is loaded here alone, since
 * few need it. Throws RefusedError, or what Firebase throws when its servers can't be reached.
 */
export async function token(web: WebPush): Promise<string> {
  if ((await Notification.requestPermission()) !== "granted") throw new RefusedError();
  await navigator.serviceWorker.register(WORKER);
  const worker = await navigator.serviceWorker.ready;
  const [{ getApps, initializeApp }, messaging] = await Promise.all([
    import("@firebase/app"),
    import("@firebase/messaging"),
  ]);
  const app =
    getApps()[0] ??
    initializeApp({
      apiKey: web.api_key,
      appId: web.app_id,
      projectId: web.project_id,
      messagingSenderId: web.sender_id,
    });
  // Its successor tells pages apart by installation ids, which Firebase's servers take beside tokens.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  return messaging.getToken(messaging.getMessaging(app), {
    vapidKey: web.vapid_key,
    serviceWorkerRegistration: worker,
  });
}

/** Gives the browser's subscription up; the server was told before. */
export async function unsubscribe(): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration(WORKER);
  const subscription = await worker?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}
