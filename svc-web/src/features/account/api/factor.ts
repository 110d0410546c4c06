import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import {
  endpoints,
  type EnrolFactorBody,
  type EnrolmentView,
  type FactorCodeBody,
  type FactorProofBody,
  type FactorView,
  type RecoveryCodesView,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Whether two-step verification is on. */
export const factorQuery = queryOptions({
  queryKey: ["factor"],
  queryFn: ({ signal }): Promise<FactorView> => call(endpoints.factor, { signal }),
});

/** A secret for an app; nothing is on before its first code. */
export function useEnrolFactor(): UseMutationResult<EnrolmentView, Error, EnrolFactorBody> {
  return useMutation({ mutationFn: (body) => call(endpoints.enrolFactor, { body }) });
}

/** Afterwards this is the only session. */
export function useTurnOnFactor(): UseMutationResult<RecoveryCodesView, Error, FactorCodeBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.turnOnFactor, { body }),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries(factorQuery),
        queries.invalidateQueries({ queryKey: ["sessions"] }),
      ]);
    },
  });
}

export function useTurnOffFactor(): UseMutationResult<null, Error, FactorProofBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.turnOffFactor, { body }),
    onSuccess: () => queries.invalidateQueries(factorQuery),
  });
}

export function useRenewRecoveryCodes(): UseMutationResult<
  RecoveryCodesView,
  Error,
  FactorProofBody
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.renewRecoveryCodes, { body }),
    onSuccess: () => queries.invalidateQueries(factorQuery),
  });
}
