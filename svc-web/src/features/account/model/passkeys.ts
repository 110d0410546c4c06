import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/browser";
import type {
  AddPasskeyBody,
  KnownCredential,
  PasskeyAssertion,
  PasskeyCreationView,
  PasskeyItem,
  PasskeyRequestView,
} from "@/shared/contracts/generated";
import { listTime } from "@/shared/lib/time";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";

/** Whether a page at this host may use the passkeys of this name. */
export function servedHere(rpId: string, host: string): boolean {
  return host === rpId || host.endsWith(`.${rpId}`);
}

/** Whether the host has a name at all; passkeys are never bound to an IP address. */
export function isNamed(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(":");
}

/** The options of `navigator.credentials.get`. */
export function requestOptions(
  view: PasskeyRequestView,
  now: number,
): PublicKeyCredentialRequestOptionsJSON {
  return {
    challenge: view.challenge,
    rpId: view.rp_id,
    timeout: Math.max(0, view.expires_at - now),
    userVerification: "required",
    allowCredentials: view.credentials.map(descriptor),
  };
}

/** The options of `navigator.credentials.create`. */
export function creationOptions(
  view: PasskeyCreationView,
  now: number,
): PublicKeyCredentialCreationOptionsJSON {
  return {
    challenge: view.challenge,
    rp: { id: view.rp_id, name: "Nexync" },
    user: { id: view.user_handle, name: view.username, displayName: view.username },
    pubKeyCredParams: view.algorithms.map((alg) => ({ alg, type: "public-key" })),
    timeout: Math.max(0, view.expires_at - now),
    attestation: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: view.known.map(descriptor),
  };
}

function descriptor({ id, transports }: KnownCredential): {
  id: string;
  type: "public-key";
  transports: AuthenticatorTransport[];
} {
  // The browser leaves out what it doesn't know.
  return { id, type: "public-key", transports: transports as AuthenticatorTransport[] };
}

/** What an authenticator answered, as the contract has it. */
export function assertionOf({ id, response }: AuthenticationResponseJSON): PasskeyAssertion {
  return {
    credential: id,
    client_data: response.clientDataJSON,
    authenticator_data: response.authenticatorData,
    signature: response.signature,
    user_handle: response.userHandle ?? null,
  };
}

/** What an authenticator made, as the contract has it. */
export function attestationOf({ id, response }: RegistrationResponseJSON): AddPasskeyBody {
  return {
    credential: id,
    client_data: response.clientDataJSON,
    attestation: response.attestationObject,
    transports: response.transports ?? [],
  };
}

/** When it was made and used, in words. */
export function useWords(one: PasskeyItem, now: number): string {
  const added = `Added ${inSentence(listTime(one.created_at, now))}`;
  if (one.used_at === null) return `${added} · not used yet`;
  return `${added} · used ${inSentence(listTime(one.used_at, now))}`;
}

function inSentence(time: string): string {
  return time === "Yesterday" ? "yesterday" : time;
}

/** Whether the person, or the browser in the person's place, said no. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof Error && ["NotAllowedError", "AbortError"].includes(error.name);
}

/** Why nothing came of a passkey. */
export function passkeyWords(error: unknown): string {
  if (error instanceof RestError) {
    return error.code === "login_over" ? "This took too long. Try again." : errorWords(error);
  }
  if (wasCancelled(error)) return "No passkey was used. Try again, or take another way.";
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (name === "SecurityError") return "Passkeys don't work at this address of Nexync.";
  return "This device could not do it. Try again, or take another way.";
}
