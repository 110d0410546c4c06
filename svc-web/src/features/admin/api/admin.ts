import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import type { Act } from "@/features/admin/model/acts";
import {
  endpoints,
  type AuditPage,
  type InvitationMade,
  type InvitationView,
  type ManagedPeople,
  type ManagedPerson,
  type OwnerProofBody,
  type ReportsPage,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Whether one is an administrator. Only the page asks; the server judges each request anew. */
export const adminQuery = queryOptions({
  queryKey: ["admin", "role"],
  queryFn: async ({ signal }): Promise<boolean> =>
    (await call(endpoints.adminRole, { signal })).admin,
  staleTime: 60_000,
});

export const managedQuery = (text: string) =>
  infiniteQueryOptions({
    queryKey: ["admin", "people", text],
    queryFn: ({ pageParam, signal }): Promise<ManagedPeople> =>
      call(endpoints.managedPeople, {
        query: {
          ...(text === "" ? {} : { q: text }),
          ...(pageParam === "" ? {} : { past: pageParam }),
        },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const invitationsQuery = queryOptions({
  queryKey: ["admin", "invitations"],
  queryFn: async ({ signal }): Promise<InvitationView[]> =>
    (await call(endpoints.invitations, { signal })).invitations,
});

export const auditQuery = infiniteQueryOptions({
  queryKey: ["admin", "log"],
  queryFn: ({ pageParam, signal }): Promise<AuditPage> =>
    call(endpoints.auditLog, { query: pageParam === 0 ? {} : { before: pageParam }, signal }),
  initialPageParam: 0,
  getNextPageParam: (page) => page.next,
});

type Acting = { person: string; act: Act; proof: OwnerProofBody };

function done({ person, act, proof }: Acting): Promise<ManagedPerson> {
  const path = { person };
  switch (act) {
    case "lock":
      return call(endpoints.deactivate, { path, body: { proof } });
    case "unlock":
      return call(endpoints.reactivate, { path, body: { proof } });
    case "erase":
      return call(endpoints.erasePerson, { path, body: { proof } });
    case "keep":
      return call(endpoints.keepPerson, { path, body: { proof } });
    case "reset":
      return call(endpoints.resetFactors, { path, body: { proof } });
    case "grant":
    case "take":
      return call(endpoints.setAdminRole, { path, body: { admin: act === "grant", proof } });
  }
}

/** Afterwards the lists and the log are read again. */
export function useAct(): UseMutationResult<ManagedPerson, Error, Acting> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: done,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["admin"] }),
  });
}

type Inviting = { label: string; days: number; uses: number; proof: OwnerProofBody };

export function useInvite(): UseMutationResult<InvitationMade, Error, Inviting> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.makeInvitation, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["admin"] }),
  });
}

export function useRevoke(): UseMutationResult<
  null,
  Error,
  { invitation: string; proof: OwnerProofBody }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ invitation, proof }) =>
      call(endpoints.revokeInvitation, { path: { invitation }, body: { proof } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["admin"] }),
  });
}

export const reportsQuery = queryOptions({
  queryKey: ["admin", "reports"],
  queryFn: ({ signal }): Promise<ReportsPage> => call(endpoints.reports, { signal }),
});

export function useCloseReport(): UseMutationResult<null, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (report) => call(endpoints.closeReport, { path: { report } }),
    onSettled: () => queries.invalidateQueries(reportsQuery),
  });
}
