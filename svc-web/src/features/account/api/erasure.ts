import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { sessionsQuery } from "@/features/account/api/sessions";
import { endpoints, type EraseBody, type ErasureView } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Whether one's account is to be deleted, and how one proves to be its owner. */
export const erasureQuery = queryOptions({
  queryKey: ["erasure"],
  queryFn: ({ signal }): Promise<ErasureView> => call(endpoints.erasure, { signal }),
  staleTime: 60_000,
});

/** Asks for the deletion; all other sessions have ended then. */
export function useErase(): UseMutationResult<ErasureView, Error, EraseBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.erase, { body }),
    onSuccess: (view) => {
      queries.setQueryData(erasureQuery.queryKey, view);
      return queries.invalidateQueries(sessionsQuery);
    },
  });
}

/** Takes it back. */
export function useKeepAccount(): UseMutationResult<ErasureView, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call(endpoints.keep),
    onSuccess: (view) => queries.setQueryData(erasureQuery.queryKey, view),
  });
}
