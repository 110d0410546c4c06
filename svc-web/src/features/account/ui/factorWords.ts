import type { CodeKind } from "@/features/account/model/factor";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";

/** Why a code was not taken; the general words for a wrong code speak of mails. */
export function factorWords(error: unknown, kind: CodeKind): string {
  if (error instanceof RestError && error.code === "wrong_code") {
    return kind === "app"
      ? "This code is not right, is over, or was used already. Enter the next one that your app shows."
      : "This recovery code is not right, or was used already.";
  }
  return errorWords(error);
}
