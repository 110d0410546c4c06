import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { fieldWords, proofForm } from "@/features/account/model/forms";
import { factorWords } from "@/features/account/ui/factorWords";
import styles from "@/features/account/ui/TwoStep.module.css";
import type { FactorProofBody } from "@/shared/contracts/generated";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
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
      <input type="hidden" autoComplete="username" value={username} readOnly />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        error={errors.current && fieldWords("current")}
        {...form.register("current")}
      />
      <Field
        label="Code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        hint="Of your app, or a recovery code."
        error={errors.code && "Enter six digits or a recovery code."}
        {...form.register("code")}
      />
      <div className={styles["ends"]}>
        <Button type="submit" look={look} busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
