import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { zoneOf } from "@/features/search/model/search";
import { endpoints, type SearchPage } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Messages by their texts, over all chats or in one. */
export function searchQuery(words: string, chat: string | null) {
  return infiniteQueryOptions({
    queryKey: ["search", chat, words],
    queryFn: ({ pageParam, signal }): Promise<SearchPage> =>
      call(endpoints.search, {
        query: {
          q: words,
          zone: zoneOf(new Date().getTimezoneOffset()),
          ...(chat === null ? {} : { chat }),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: words !== "",
    placeholderData: keepPreviousData,
    // What was said since is found by searching again.
    staleTime: 10_000,
    gcTime: 60_000,
  });
}
