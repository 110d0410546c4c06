import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Invited } from "@/features/account/model/instance";
import { endpoints, type InstanceView } from "@/shared/contracts/generated";
import { call, RestError } from "@/shared/lib/rest";

/** What applies to new accounts here. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: ({ signal }): Promise<InstanceView> => call(endpoints.instance, { signal }),
  staleTime: 60_000,
});

/** Whether the invitation is good. While the server can't say, one may try. */
export function useInvited(token: string | null): Invited {
  const asked = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) =>
      call(endpoints.lookAtInvitation, { body: { invitation: token ?? "" }, signal }),
    enabled: token !== null,
    retry: false,
  });
  if (token === null) return "none";
  if (asked.isPending) return "asking";
  const over = asked.error instanceof RestError && asked.error.code === "invitation_over";
  return over ? "over" : "good";
}
