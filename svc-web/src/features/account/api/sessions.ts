import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { endpoints, type SessionItem } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Where one is logged in, the current session first. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }): Promise<SessionItem[]> => {
    const { sessions } = await call(endpoints.sessions, { signal });
    return [...sessions].sort((one, other) => Number(other.current) - Number(one.current));
  },
});

export function useEndSession(): UseMutationResult<null, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (session) => call(endpoints.endSession, { path: { session } }),
    onSettled: () => queries.invalidateQueries(sessionsQuery),
  });
}

export function useEndOtherSessions(): UseMutationResult<null, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => call(endpoints.endOtherSessions),
    onSettled: () => queries.invalidateQueries(sessionsQuery),
  });
}
