import { problemSchema, type IdentityView, type ProviderView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";

/** What went wrong on the way back from a provider, from the address; null when nothing did. */
export function problemWords(code: string | null): string | null {
  if (code === null) return null;
  const known = problemSchema.shape.code.safeParse(code);
  return errorWords(known.success ? new RestError(known.data) : new Error(code));
}

/** Whether an identity can be unlinked: something else must open the account. */
export function canUnlink(
  identity: IdentityView,
  identities: readonly IdentityView[],
  password: boolean,
): boolean {
  return password || identities.some((one) => one.id !== identity.id && one.provider !== null);
}

/** The providers that are not linked yet. */
export function unlinked(
  providers: readonly ProviderView[],
  identities: readonly IdentityView[],
): ProviderView[] {
  return providers.filter(({ id }) => !identities.some((one) => one.provider === id));
}
