import { queryOptions, useQuery } from "@tanstack/react-query";
import { presenceWords } from "@/features/people/model/presence";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

const EVERY_MS = 30_000;

function presenceQuery(person: string | null) {
  return queryOptions({
    queryKey: ["presence", person],
    queryFn: ({ signal }) => call(endpoints.presence, { path: { person: person ?? "" }, signal }),
    enabled: person !== null,
    // Asked while somebody looks: a page in the background asks nothing.
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS / 2,
    retry: false,
  });
}

/** "online", "last seen …", or null when it is not known. */
export function usePresence(person: string | null): string | null {
  const { data, dataUpdatedAt } = useQuery(presenceQuery(person));
  return data === undefined ? null : presenceWords(data, dataUpdatedAt);
}
