import { useMemo } from "react";
import { queryOptions, useQueries, useQuery, type QueryClient } from "@tanstack/react-query";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

type Called = { name: string; bot: boolean; picture: string | null; deleted: boolean };

function calledQuery(person: string) {
  return queryOptions({
    queryKey: ["name", person],
    queryFn: async ({ signal }): Promise<Called> => {
      const { name, bot, picture, deleted } = await call(endpoints.person, {
        path: { person },
        signal,
      });
      return { name, bot, picture, deleted };
    },
    staleTime: 5 * 60_000,
    retry: false,
  });
}

type Told = {
  person: string;
  name: string;
  bot?: boolean;
  picture?: string | null;
  deleted?: boolean;
};

/**
 * Puts down names that came with something else, so that nobody asks for them. Who isn't said to be a bot is none; a
 * picture that nothing is said of stays as it was.
 */
export function rememberNames(queries: QueryClient, people: readonly Told[]): void {
  for (const { person, name, bot = false, picture, deleted = false } of people) {
    const known = queries.getQueryData(calledQuery(person).queryKey);
    const shown = picture === undefined ? (known?.picture ?? null) : picture;
    const now = { name, bot, picture: shown, deleted };
    if (
      known?.name !== name ||
      known.bot !== bot ||
      known.picture !== shown ||
      known.deleted !== deleted
    ) {
      queries.setQueryData(calledQuery(person).queryKey, now);
    }
  }
}

/** Names of people by id; an ellipsis while one is on its way. */
export function useNames(people: readonly string[]): (person: string) => string {
  const unique = [...new Set(people)];
  const answers = useQueries({ queries: unique.map(calledQuery) });
  // The same function as long as the names are the same, so that what shows them isn't drawn again.
  const known = JSON.stringify(
    unique.map((person, at) => [person, answers[at]?.data?.name ?? "…"]),
  );
  return useMemo(() => {
    const names = new Map(JSON.parse(known) as [string, string][]);
    return (person: string) => names.get(person) ?? "…";
  }, [known]);
}

/** Whether that is a bot, as far as is known. */
export function useIsBot(person: string): boolean {
  return useQuery(calledQuery(person)).data?.bot === true;
}

/** Whether the account was deleted, as far as is known. */
export function useIsDeleted(person: string): boolean {
  return useQuery({ ...calledQuery(person), enabled: false }).data?.deleted === true;
}

/** The id of the person's picture, as far as it came with something else: a list of people asks for none. */
export function usePicture(person: string): string | null {
  return useQuery({ ...calledQuery(person), enabled: false }).data?.picture ?? null;
}
