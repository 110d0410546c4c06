import { useInfiniteQuery, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { merged, type Known } from "@/features/conversation/model/receipts";
import { endpoints, limits, type SeenBy, type SeenView } from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import type { Signal } from "@/shared/realtime/client";

const PAGE = 50;

function receiptsQuery(chat: string) {
  return queryOptions({
    queryKey: ["receipts", chat],
    queryFn: ({ signal }) => call(endpoints.receipts, { path: { chat }, signal }),
    // Words of it come only while the chat is shown: what is from before may be late.
    staleTime: 0,
    gcTime: 0,
  });
}

/** How far the others are in the chat that is shown; `newest` is the last own message that has its number. */
export function useReceipts(chat: string, member: boolean, newest: number | null): Known {
  const { me } = useLive();
  const queries = useQueryClient();
  const { data } = useQuery({ ...receiptsQuery(chat), enabled: member });
  const counted = useQuery({
    queryKey: ["seen-count", chat, newest],
    queryFn: ({ signal }) => seenPage(chat, newest ?? 0, null, 1, signal),
    enabled: member && newest !== null && data?.told === true && !data.live,
    refetchInterval: limits.seenAgainMs,
  }).data;
  useSignals(
    useCallback(
      (signal: Signal): void => {
        const { queryKey } = receiptsQuery(chat);
        if (signal.kind === "receipts" && signal.chat === chat) {
          const known = queries.getQueryData(queryKey);
          const next = known === undefined ? null : merged(known, signal.marks, me.person);
          if (next === null) void queries.invalidateQueries({ queryKey });
          else queries.setQueryData(queryKey, next);
        } else if (
          (signal.kind === "state" && signal.state.kind === "live") ||
          (signal.kind === "event" &&
            signal.record.stream === `c:${chat}` &&
            signal.record.event.tag.startsWith("member."))
        ) {
          void queries.invalidateQueries({ queryKey });
        }
      },
      [chat, me.person, queries],
    ),
  );
  return useMemo<Known>(() => {
    if (data === undefined || !data.told) return { kind: "nothing" };
    if (data.live) return { kind: "members", members: data.members };
    return counted === undefined ? { kind: "nothing" } : { kind: "counted", seen: counted };
  }, [data, counted]);
}

export type Seen = {
  view: SeenView | undefined;
  people: readonly SeenBy[];
  error: Error | null;
  more: boolean;
  busy: boolean;
  next: () => void;
  again: () => void;
};

/** Who has seen one message, page by page. */
export function useSeenBy(chat: string, target: number): Seen {
  const pages = useInfiniteQuery({
    queryKey: ["seen", chat, target],
    queryFn: ({ pageParam, signal }) => seenPage(chat, target, pageParam, PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: SeenView) => last.next,
    gcTime: 0,
  });
  return {
    view: pages.data?.pages[0],
    people: pages.data?.pages.flatMap((page) => page.people) ?? [],
    error: pages.error,
    more: pages.hasNextPage,
    busy: pages.isFetching,
    next: () => void pages.fetchNextPage(),
    again: () => void pages.refetch(),
  };
}

function seenPage(
  chat: string,
  target: number,
  after: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<SeenView> {
  const query = after === null ? { target, limit } : { target, limit, after };
  return call(endpoints.seen, { path: { chat }, query, signal });
}
