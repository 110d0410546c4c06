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
  { provider: string; current: string }
> {
  return useMutation({
    mutationFn: async ({ provider, current }) => {
      const { location } = await call(endpoints.linkProvider, {
        path: { provider },
        body: { current },
      });
      window.location.assign(location);
    },
  });
}

/** `current` is null for who has no password of their own. */
export function useUnlinkIdentity(): UseMutationResult<
  null,
  Error,
  { identity: string; current: string | null }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ identity, current }) =>
      call(endpoints.unlinkIdentity, { path: { identity }, body: { current } }),
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
