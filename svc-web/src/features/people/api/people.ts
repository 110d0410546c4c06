import {
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback } from "react";
import { endpoints, type PersonView } from "@/shared/contracts/generated";
import { Changes } from "@/shared/lib/changes";
import { useSignals } from "@/shared/lib/live";
import { rememberNames } from "@/shared/lib/names";
import { call } from "@/shared/lib/rest";
import type { Signal } from "@/shared/realtime/client";

const PAGES_MAX = 10;
const changes = new Changes();

/** What came with a list of people is the newest of each for everything else. */
function told(client: QueryClient, people: PersonView[]): PersonView[] {
  rememberNames(client, people);
  return people;
}

async function connections(signal: AbortSignal): Promise<PersonView[]> {
  const people: PersonView[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: { people: PersonView[]; next: string | null } = await call(
      endpoints.connections,
      { query: after === null ? {} : { after }, signal },
    );
    people.push(...answer.people);
    after = answer.next;
    if (after === null) break;
  }
  return people;
}

export const connectionsQuery = queryOptions({
  queryKey: ["people", "connections"],
  queryFn: async ({ client, signal }): Promise<PersonView[]> =>
    told(client, await changes.latest(() => connections(signal))),
  staleTime: Number.POSITIVE_INFINITY,
});

/** People whom one may know. */
export const suggestionsQuery = queryOptions({
  queryKey: ["people", "suggestions"],
  queryFn: async ({ client, signal }): Promise<PersonView[]> =>
    told(
      client,
      await changes.latest(async () => (await call(endpoints.suggestions, { signal })).people),
    ),
  staleTime: 60_000,
});

export function findQuery(words: string) {
  return queryOptions({
    queryKey: ["people", "find", words],
    queryFn: async ({ client, signal }): Promise<PersonView[]> => {
      const found = changes.latest(() => call(endpoints.people, { query: { q: words }, signal }));
      return told(client, (await found).people);
    },
    enabled: words !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

export function readPeopleAgain(queries: QueryClient): Promise<void> {
  changes.happened();
  return queries.invalidateQueries({ queryKey: ["people"] });
}

/** What another person did reaches the lists through one's own stream. */
export function usePeopleLive(): void {
  const queries = useQueryClient();
  const handle = useCallback(
    (signal: Signal) => {
      const changed =
        (signal.kind === "event" && signal.record.event.tag === "connection.changed") ||
        (signal.kind === "reset" && signal.stream.startsWith("p:"));
      if (changed) void readPeopleAgain(queries);
    },
    [queries],
  );
  useSignals(handle);
}

export function useAsk(): UseMutationResult<PersonView, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (person) => call(endpoints.ask, { body: { person } }),
    onSuccess: () => readPeopleAgain(queries),
  });
}

/** Declines who asked, withdraws one's own asking, or parts. */
export function useDisconnect(): UseMutationResult<PersonView, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (person) => call(endpoints.disconnect, { path: { person } }),
    onSuccess: () => readPeopleAgain(queries),
  });
}

export function useAccept(): UseMutationResult<PersonView, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (person) => call(endpoints.accept, { path: { person } }),
    onSuccess: () => readPeopleAgain(queries),
  });
}
