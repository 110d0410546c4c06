import {
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useRef } from "react";
import {
  endpoints,
  type Accepted,
  type ChangePasswordBody,
  type FactorCodeBody,
  type ForgotBody,
  type LoginBody,
  type RegisterBody,
  type ResendBody,
  type ResetBody,
  type SessionView,
  type VerifyBody,
} from "@/shared/contracts/generated";
import { call, refresh, RestError } from "@/shared/lib/rest";
import { forgetPerson } from "@/shared/lib/store";
import { uuid7Maker } from "@/shared/lib/uuid7";

/** Who is logged in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<SessionView | null> => {
    try {
      return await call(endpoints.session, { signal });
    } catch (error) {
      if (error instanceof RestError && error.code === "unauthenticated") return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Nobody is logged in any more: the page shows the way in, and nothing of the person stays behind. */
export function endSession(queries: QueryClient): void {
  queries.setQueryData(sessionQuery.queryKey, null);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
}

export function useRegister(): UseMutationResult<Accepted, Error, RegisterBody> {
  return useMutation({ mutationFn: (body) => call(endpoints.register, { body }) });
}

export function useResend(): UseMutationResult<Accepted, Error, ResendBody> {
  return useMutation({ mutationFn: (body) => call(endpoints.resend, { body }) });
}

/** One key for the same code to the same address: tried again after a lost answer, it is the same attempt. */
export function useVerify(): UseMutationResult<SessionView, Error, VerifyBody> {
  const queries = useQueryClient();
  const attempt = useRef({ of: "", key: "" });
  return useMutation({
    mutationFn: (body) => {
      const of = `${body.email} ${body.code}`;
      if (attempt.current.of !== of) attempt.current = { of, key: uuid7Maker(Date.now)() };
      return call(endpoints.verify, { body, key: attempt.current.key });
    },
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
}

export function useForgot(): UseMutationResult<Accepted, Error, ForgotBody> {
  return useMutation({ mutationFn: (body) => call(endpoints.forgot, { body }) });
}

/** Afterwards nobody is logged in anywhere, this browser included. */
export function useReset(): UseMutationResult<null, Error, ResetBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.reset, { body }),
    onSuccess: () => endSession(queries),
  });
}

/** Afterwards this is the only session. */
export function useChangePassword(): UseMutationResult<null, Error, ChangePasswordBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.changePassword, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

export function useLogIn(): UseMutationResult<SessionView, Error, LoginBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.login, { body }),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
}

/** The second step, after a log-in that was answered with `second_factor`. */
export function useLogInCode(): UseMutationResult<SessionView, Error, FactorCodeBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.loginCode, { body }),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
}

/** After a second factor was set up: tokens that are good for everything, and the page that goes with them. */
export function useSetUpDone(): UseMutationResult<SessionView, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await refresh(Date.now());
      return call(endpoints.session);
    },
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
    onError: (error) => {
      if (error instanceof RestError && error.code === "unauthenticated") endSession(queries);
    },
  });
}

export function useLogOut(person: string): UseMutationResult<null, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => call(endpoints.logout),
    onSuccess: async () => {
      await forgetPerson(person).catch(() => undefined);
      endSession(queries);
    },
  });
}
