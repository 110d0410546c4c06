import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback } from "react";
import { underWay } from "@/features/conversation/model/later";
import {
  endpoints,
  type RescheduleBody,
  type ScheduleBody,
  type ScheduledView,
} from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { Signal } from "@/shared/realtime/client";

/** How often the list is read again while a message of it is under way. */
const AGAIN_MS = 1_000;
const NONE: readonly ScheduledView[] = [];

function scheduledQuery(chat: string) {
  return queryOptions({
    queryKey: ["scheduled", chat],
    queryFn: async ({ signal }): Promise<readonly ScheduledView[]> =>
      (await call(endpoints.scheduled, { path: { chat }, signal })).messages,
    // Another device may have written one, and one that was refused says so.
    staleTime: 0,
  });
}

/** One's messages of a chat that wait, by their time; read again when one of one's own arrives in it. */
export function useScheduled(chat: string): readonly ScheduledView[] {
  const { client, me } = useLive();
  const queries = useQueryClient();
  const handle = useCallback(
    (signal: Signal): void => {
      if (signal.kind !== "event" || signal.record.stream !== `c:${chat}`) return;
      const { by, event } = signal.record;
      if (by !== me.person || event.tag !== "message.created") return;
      void queries.invalidateQueries({ queryKey: scheduledQuery(chat).queryKey });
    },
    [queries, chat, me.person],
  );
  useSignals(handle);
  return (
    useQuery({
      ...scheduledQuery(chat),
      refetchInterval: ({ state }) =>
        underWay(state.data ?? NONE, client.now()) ? AGAIN_MS : false,
    }).data ?? NONE
  );
}

export function useSchedule(chat: string): UseMutationResult<ScheduledView, Error, ScheduleBody> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) =>
      call(endpoints.schedule, { path: { chat }, body, key: uuid7Maker(client.now)() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: scheduledQuery(chat).queryKey }),
  });
}

export type Rescheduled = { scheduled: string; body: RescheduleBody };

/** Another time or text; `at` 0 sends it now. */
export function useReschedule(chat: string): UseMutationResult<ScheduledView, Error, Rescheduled> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ scheduled, body }) =>
      call(endpoints.reschedule, { path: { chat, scheduled }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: scheduledQuery(chat).queryKey }),
  });
}

export function useUnschedule(chat: string): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (scheduled) => call(endpoints.unschedule, { path: { chat, scheduled } }),
    onSettled: () => queries.invalidateQueries({ queryKey: scheduledQuery(chat).queryKey }),
  });
}
