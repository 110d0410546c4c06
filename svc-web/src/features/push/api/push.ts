import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { browser, onPermission, token, unsubscribe } from "@/features/push/api/device";
import { isDue, pathOf, stateOf, type PushState } from "@/features/push/model/push";
import { endpoints, type PushView, type WebPush } from "@/shared/contracts/generated";
import { navigate } from "@/shared/lib/location";
import { call } from "@/shared/lib/rest";

/** When this browser last told the server its token, Unix ms. */
const TOLD = "nexync.push.told";

export const pushQuery = queryOptions({
  queryKey: ["me", "push"],
  queryFn: ({ signal }) => call(endpoints.push, { signal }),
  staleTime: 60_000,
});

/** How push is on this device; null until it is known. */
export function usePushState(view: PushView | undefined): PushState | null {
  const state = (): PushState | null => (view ? stateOf(browser(), view) : null);
  return useSyncExternalStore(onPermission, state, () => null);
}

async function tell(web: WebPush): Promise<PushView> {
  const body = { token: await token(web) };
  const view = await call(endpoints.keepPushDevice, { body });
  localStorage.setItem(TOLD, String(Date.now()));
  return view;
}

/** Asks for permission, registers this browser and tells the server. */
export function useTurnOn(): UseMutationResult<PushView, Error, WebPush> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: tell,
    onSuccess: (view) => queries.setQueryData(pushQuery.queryKey, view),
  });
}

export function useTurnOff(): UseMutationResult<PushView, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const view = await call(endpoints.endPushDevice);
      localStorage.removeItem(TOLD);
      // The server sends no more; what the browser keeps does no harm.
      await unsubscribe().catch(() => undefined);
      return view;
    },
    onSuccess: (view) => queries.setQueryData(pushQuery.queryKey, view),
  });
}

export function useSavePreview(): UseMutationResult<PushView, Error, boolean> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (preview) => call(endpoints.changePush, { body: { preview } }),
    onSuccess: (view) => queries.setQueryData(pushQuery.queryKey, view),
  });
}

/** Once a day tells the server this browser's token, which Firebase may have changed. */
export function usePushKept(): void {
  const { data } = useQuery(pushQuery);
  const web = data?.web ?? null;
  const on = usePushState(data) === "on";
  useEffect(() => {
    if (!on || web === null || !isDue(localStorage.getItem(TOLD), Date.now())) return;
    // Tomorrow again, whatever comes of it: the token that the server has is most likely still good.
    localStorage.setItem(TOLD, String(Date.now()));
    void tell(web).catch(() => undefined);
  }, [on, web]);
}

/** Leads to the chat whose notification was clicked; and there is nothing to count on the icon while one looks. */
export function usePushClicks(unread: number): void {
  useEffect(() => {
    const workers = "serviceWorker" in navigator ? navigator.serviceWorker : null;
    const listen = (event: MessageEvent<unknown>): void => {
      const path = pathOf(event.data);
      if (path !== null) navigate(path);
    };
    workers?.addEventListener("message", listen);
    return () => workers?.removeEventListener("message", listen);
  }, []);
  useEffect(() => {
    if (!("setAppBadge" in navigator)) return;
    void navigator.setAppBadge(unread).catch(() => undefined);
  }, [unread]);
}
