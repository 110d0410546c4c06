import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback } from "react";
import { pinnedIn, touchesPins, type Pinned } from "@/features/conversation/model/pins";
import { endpoints, type CommandDone } from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { Signal } from "@/shared/realtime/client";

const pinsKey = (chat: string): readonly string[] => ["pins", chat];
/** The newest event that changed a pin: an answer from before it is too old. */
const seenKey = (chat: string): readonly string[] => ["pins-seen", chat];

/** What is pinned in a chat, the newest pin first; read again when an event changes it. */
export function usePins(chat: string): readonly Pinned[] {
  const queries = useQueryClient();
  const options = queryOptions({
    queryKey: pinsKey(chat),
    queryFn: async ({ client, signal }) => {
      const query = { at_least: client.getQueryData<number>(seenKey(chat)) ?? 0 };
      return pinnedIn(await call(endpoints.pins, { path: { chat }, query, signal }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const again = useCallback(
    (signal: Signal): void => {
      const stream = `c:${chat}`;
      if (signal.kind === "event") {
        const known = queries.getQueryData<readonly Pinned[]>(pinsKey(chat)) ?? [];
        if (signal.record.stream !== stream || !touchesPins(signal.record.event, known)) return;
        queries.setQueryData(seenKey(chat), signal.record.seq);
      } else if (signal.kind === "reset") {
        if (signal.stream !== stream) return;
        queries.setQueryData(seenKey(chat), signal.seq);
      } else {
        return;
      }
      void queries.invalidateQueries({ queryKey: pinsKey(chat) });
    },
    [queries, chat],
  );
  useSignals(again);
  return useQuery(options).data ?? NONE;
}

const NONE: readonly Pinned[] = [];

export type PinChange = { target: number; on: boolean };

export function usePin(chat: string): UseMutationResult<CommandDone, Error, PinChange> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: (body) =>
      call(endpoints.pinMessage, { path: { chat }, body, key: uuid7Maker(client.now)() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: pinsKey(chat) }),
  });
}
