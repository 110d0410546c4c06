import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import type { SessionView } from "@/shared/contracts/generated";
import { refresh } from "@/shared/lib/rest";
import { useLifetime } from "@/shared/lib/useLifetime";
import { RealtimeClient, type RealtimeState, type Signal } from "@/shared/realtime/client";

/** The logged-in person and the socket of this tab. */
export type Live = { me: SessionView; client: RealtimeClient };

const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive is used outside of LiveProvider");
  return live;
}

/** Calls `handle` for every signal of the socket. `handle` should be stable. */
export function useSignals(handle: (signal: Signal) => void): void {
  const { client } = useLive();
  useEffect(() => client.listen(handle), [client, handle]);
}

export function useRealtimeState(): RealtimeState {
  const { client } = useLive();
  return useSyncExternalStore(
    client.listen,
    () => client.state,
    () => client.state,
  );
}

/** One socket for as long as one session is logged in. Who knows the first heads starts it. */
export function LiveProvider({
  me,
  children,
}: {
  me: SessionView;
  children: ReactNode;
}): ReactNode {
  const begin = useCallback((): [Live, () => void] => {
    const client = new RealtimeClient({ open: openSocket, revive: () => refresh(Date.now()) });
    const nudge = (): void => {
      if (document.visibilityState === "visible") client.nudge();
    };
    window.addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    return [
      { me, client },
      () => {
        window.removeEventListener("online", nudge);
        document.removeEventListener("visibilitychange", nudge);
        client.stop();
      },
    ];
  }, [me]);
  const live = useLifetime(begin);
  return live === null ? null : <LiveContext value={live}>{children}</LiveContext>;
}

function openSocket(): WebSocket {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${window.location.host}/ws`);
}
