import { useMemo } from "react";
import { queryOptions, useQueries, type QueryClient } from "@tanstack/react-query";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

function nameQuery(person: string) {
  return queryOptions({
    queryKey: ["name", person],
    queryFn: async ({ signal }): Promise<string> =>
      (await call(endpoints.person, { path: { person }, signal })).name,
    staleTime: 5 * 60_000,
    retry: false,
  });
}

/** Puts down names that came with something else, so that nobody asks for them. */
export function rememberNames(
  queries: QueryClient,
  people: readonly { person: string; name: string }[],
): void {
  for (const { person, name } of people) {
    if (queries.getQueryData(nameQuery(person).queryKey) !== name) {
      queries.setQueryData(nameQuery(person).queryKey, name);
    }
  }
}

/** Names of people by id; an ellipsis while one is on its way. */
export function useNames(people: readonly string[]): (person: string) => string {
  const unique = [...new Set(people)];
  const answers = useQueries({ queries: unique.map(nameQuery) });
  // The same function as long as the names are the same, so that what shows them isn't drawn again.
  const known = JSON.stringify(unique.map((person, at) => [person, answers[at]?.data ?? "…"]));
  return useMemo(() => {
    const names = new Map(JSON.parse(known) as [string, string][]);
    return (person: string) => names.get(person) ?? "…";
  }, [known]);
}
