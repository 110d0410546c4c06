import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { factorQuery } from "@/features/account/api/factor";
import { passkeysQuery, passkeysWork, proveByPasskey } from "@/features/account/api/passkeys";
import { ownerForm } from "@/features/account/model/forms";
import { passkeyWords, servedHere } from "@/features/account/model/passkeys";
import { factorWords } from "@/features/account/ui/factorWords";
import { OwnCode, OwnPassword } from "@/features/account/ui/ProofFields";
import styles from "@/features/account/ui/TwoStep.module.css";
import type { OwnerProofBody } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type OwnerProofProps = {
  username: string;
  action: string;
  look: "primary" | "danger";
  busy: boolean;
  error: Error | null;
  send: (body: OwnerProofBody) => void;
};

/** Who sits here is the owner: by the password, with a code where two-step verification is on, or by a passkey. */
export function OwnerProof({
  username,
  action,
  look,
  busy,
  error,
  send,
}: OwnerProofProps): ReactNode {
  const factor = useQuery(factorQuery);
  const passkeys = useQuery(passkeysQuery);
  const byPasskey = useMutation({ mutationFn: proveByPasskey, onSuccess: send });
  const form = useForm({
    resolver: zodResolver(ownerForm),
    defaultValues: { current: "", code: "" },
  });
  const { errors } = form.formState;
  const second = error instanceof RestError && error.code === "second_factor";
  const code = factor.data?.on === true || second;
  const rpId = passkeys.data?.rp_id ?? null;
  const usable =
    (passkeys.data?.passkeys.length ?? 0) > 0 &&
    rpId !== null &&
    passkeysWork() &&
    servedHere(rpId, location.hostname);
  const failed = byPasskey.error ?? error;
  const submit = form.handleSubmit((values) => {
    byPasskey.reset();
    send({ current: values.current, code: code ? values.code : null });
  });
  return (
    <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
      {failed ? <Notice tone="danger">{proofWords(failed)}</Notice> : null}
      <OwnPassword
        username={username}
        registered={form.register("current")}
        wrong={errors.current !== undefined}
      />
      {code ? (
        <OwnCode registered={form.register("code")} wrong={errors.code !== undefined} />
      ) : null}
      <div className={styles["proofs"]}>
        {usable ? (
          <Button
            look="quiet"
            busy={byPasskey.isPending}
            disabled={busy}
            onClick={() => byPasskey.mutate()}
          >
            <KeyRound size={18} strokeWidth={1.75} aria-hidden="true" />
            Use a passkey instead
          </Button>
        ) : null}
        <Button type="submit" look={look} busy={busy} disabled={byPasskey.isPending}>
          {action}
        </Button>
      </div>
    </form>
  );
}

function proofWords(error: Error): string {
  return error instanceof RestError && error.code !== "login_over"
    ? factorWords(error, "app")
    : passkeyWords(error);
}
