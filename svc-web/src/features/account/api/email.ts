import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import {
  endpoints,
  type Accepted,
  type ChangeEmailBody,
  type EmailView,
  type ProveEmailBody,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** One's own address, and the one that waits for its code. */
export const emailQuery = queryOptions({
  queryKey: ["email"],
  queryFn: ({ signal }): Promise<EmailView> => call(endpoints.email, { signal }),
});

/** Nothing changes before the code. */
export function useChangeEmail(): UseMutationResult<Accepted, Error, ChangeEmailBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.changeEmail, { body }),
    onSuccess: () => queries.invalidateQueries(emailQuery),
  });
}

/** Afterwards this is the only session. The answer may have been lost, so the address is read again after an error too. */
export function useProveEmail(): UseMutationResult<null, Error, ProveEmailBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.proveEmail, { body }),
    onSettled: async () => {
      await Promise.all([
        queries.invalidateQueries(emailQuery),
        queries.invalidateQueries({ queryKey: ["sessions"] }),
      ]);
    },
  });
}
