import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { sessionQuery } from "@/features/account/api/session";
import {
  endpoints,
  type IdentitiesView,
  type NewPasswordBody,
  type OwnerProofBody,
  type ProviderView,
  type SessionView,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Whom one can log in with. Without an answer the page goes on without them. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async ({ signal }): Promise<ProviderView[]> =>
    (await call(endpoints.providers, { signal })).providers,
  staleTime: 300_000,
});

/** The identities that open one's account. */
export const identitiesQuery = queryOptions({
  queryKey: ["identities"],
  queryFn: ({ signal }): Promise<IdentitiesView> => call(endpoints.identities, { signal }),
});

/** Leaves this page for the provider's. */
export function useStartProvider(): UseMutationResult<
  void,
  Error,
  { provider: string; invitation: string | null }
> {
  return useMutation({
    mutationFn: async ({ provider, invitation }) => {
      const { location } = await call(endpoints.startProvider, {
        path: { provider },
        body: { invitation },
      });
      window.location.assign(location);
    },
  });
}

/** Leaves this page for the provider's, to come back with an identity that is linked. */
export function useLinkProvider(): UseMutationResult<
  void,
  Error,
  { provider: string; proof: OwnerProofBody }
> {
  return useMutation({
    mutationFn: async ({ provider, proof }) => {
      const { location } = await call(endpoints.linkProvider, {
        path: { provider },
        body: proof,
      });
      window.location.assign(location);
    },
  });
}

/** Who has no password of their own proves nothing, and must have logged in within some minutes. */
export function useUnlinkIdentity(): UseMutationResult<
  null,
  Error,
  { identity: string; proof: OwnerProofBody }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ identity, proof }) =>
      call(endpoints.unlinkIdentity, { path: { identity }, body: proof }),
    onSuccess: () => queries.invalidateQueries(identitiesQuery),
  });
}

/** Changes a mailed password for one of one's own, and logs in with it. */
export function useNewPassword(): UseMutationResult<SessionView, Error, NewPasswordBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.newPassword, { body }),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
}
