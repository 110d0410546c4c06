import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { proofForm } from "@/features/account/model/forms";
import { factorWords } from "@/features/account/ui/factorWords";
import { OwnCode, OwnPassword } from "@/features/account/ui/ProofFields";
import styles from "@/features/account/ui/TwoStep.module.css";
import type { FactorProofBody } from "@/shared/contracts/generated";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type FactorProofProps = {
  username: string;
  action: string;
  look: "primary" | "danger";
  busy: boolean;
  error: Error | null;
  send: (body: FactorProofBody) => void;
};

/** Password and code together, for what would weaken the account. */
export function FactorProof({
  username,
  action,
  look,
  busy,
  error,
  send,
}: FactorProofProps): ReactNode {
  const form = useForm({
    resolver: zodResolver(proofForm),
    defaultValues: { current: "", code: "" },
  });
  const { errors } = form.formState;
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => void form.handleSubmit(send)(event)}
      noValidate
    >
      {error ? <Notice tone="danger">{factorWords(error, "app")}</Notice> : null}
      <OwnPassword
        username={username}
        registered={form.register("current")}
        wrong={errors.current !== undefined}
      />
      <OwnCode registered={form.register("code")} wrong={errors.code !== undefined} />
      <div className={styles["ends"]}>
        <Button type="submit" look={look} busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
