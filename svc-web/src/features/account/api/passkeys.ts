import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from "@simplewebauthn/browser";
import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { sessionQuery } from "@/features/account/api/session";
import {
  assertionOf,
  attestationOf,
  creationOptions,
  isNamed,
  requestOptions,
  servedHere,
  wasCancelled,
} from "@/features/account/model/passkeys";
import {
  endpoints,
  type OwnerProofBody,
  type PasskeyAssertion,
  type PasskeyItem,
  type PasskeyRequestView,
  type PasskeysPage,
  type SessionView,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Before a challenge ends, another one is asked for. */
const RENEW_BEFORE_MS = 30_000;

/** Whether this browser at this address can have passkeys. */
export function passkeysWork(): boolean {
  return browserSupportsWebAuthn() && isNamed(location.hostname);
}

/** One's passkeys, and the name that new ones would belong to. */
export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: ({ signal }): Promise<PasskeysPage> => call(endpoints.passkeys, { signal }),
});

async function answered(view: PasskeyRequestView, suggest = false): Promise<PasskeyAssertion> {
  const optionsJSON = requestOptions(view, Date.now());
  return assertionOf(await startAuthentication({ optionsJSON, useBrowserAutofill: suggest }));
}

/** Proves by a passkey that it is the owner who sits here. */
export async function proveByPasskey(): Promise<OwnerProofBody> {
  return { passkey: await answered(await call(endpoints.passkeyProofOptions)) };
}

/** Shows who sits here; for some minutes nothing asks for it again. */
export function useProve(): UseMutationResult<SessionView, Error, OwnerProofBody> {
  return useMutation({ mutationFn: (body) => call(endpoints.prove, { body }) });
}

/** The browser asks which passkey; no name has to be typed. */
export function useLogInPasskey(): UseMutationResult<SessionView, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const passkey = await answered(await call(endpoints.loginPasskeyOptions));
      return call(endpoints.loginPasskey, { body: { passkey } });
    },
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
  });
}

/**
 * While `on`, the browser suggests passkeys where the name is typed. What fails here fails silently: nobody asked
 * for it, and the button is there. A refusal of the server is told.
 */
export function useSuggestedPasskeys(on: boolean, refused: (error: unknown) => void): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!on) return;
    const life = new AbortController();
    const over = (): boolean => life.signal.aborted;
    let renewal: number | undefined;
    const suggest = async (): Promise<void> => {
      if (!passkeysWork() || !(await browserSupportsWebAuthnAutofill())) return;
      while (!over()) {
        const view = await call(endpoints.loginPasskeyOptions, { signal: life.signal });
        if (over() || !servedHere(view.rp_id, location.hostname)) return;
        const left = Math.max(RENEW_BEFORE_MS, view.expires_at - Date.now() - RENEW_BEFORE_MS);
        const due = new AbortController();
        renewal = window.setTimeout(() => {
          due.abort();
          WebAuthnAbortService.cancelCeremony();
        }, left);
        try {
          const passkey = await answered(view, true);
          const session = await call(endpoints.loginPasskey, { body: { passkey } });
          queries.setQueryData(sessionQuery.queryKey, session);
          return;
        } catch (error) {
          if (!due.signal.aborted) throw error;
        } finally {
          window.clearTimeout(renewal);
        }
      }
    };
    suggest().catch((error: unknown) => {
      if (!over() && !wasCancelled(error)) refused(error);
    });
    return () => {
      life.abort();
      window.clearTimeout(renewal);
      WebAuthnAbortService.cancelCeremony();
    };
  }, [on, refused, queries]);
}

/** A passkey of this device or another one, after the owner's proof. */
export function useAddPasskey(): UseMutationResult<PasskeyItem, Error, OwnerProofBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body) => {
      const view = await call(endpoints.passkeyOptions, { body });
      const optionsJSON = creationOptions(view, Date.now());
      const made = attestationOf(await startRegistration({ optionsJSON }));
      return call(endpoints.addPasskey, { body: made });
    },
    onSuccess: () => queries.invalidateQueries(passkeysQuery),
  });
}

export function useRenamePasskey(): UseMutationResult<
  null,
  Error,
  { passkey: string; name: string }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ passkey, name }) =>
      call(endpoints.renamePasskey, { path: { passkey }, body: { name } }),
    onSuccess: () => queries.invalidateQueries(passkeysQuery),
  });
}

export function useRemovePasskey(): UseMutationResult<
  null,
  Error,
  { passkey: string; body: OwnerProofBody }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ passkey, body }) => call(endpoints.removePasskey, { path: { passkey }, body }),
    onSuccess: () => queries.invalidateQueries(passkeysQuery),
  });
}
