import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { emailForm, emailWords, fieldsOf } from "@/features/account/model/forms";
import { factorWords } from "@/features/account/ui/factorWords";
import { OwnCode, OwnPassword } from "@/features/account/ui/ProofFields";
import styles from "@/features/account/ui/TwoStep.module.css";
import type { ChangeEmailBody } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type NewEmailProps = {
  username: string;
  /** Whether a code of the second factor must be given too. */
  factorOn: boolean;
  busy: boolean;
  error: Error | null;
  send: (body: ChangeEmailBody) => void;
};

/** The new address, and the proof that it is the owner who asks. */
export function NewEmail({ username, factorOn, busy, error, send }: NewEmailProps): ReactNode {
  const form = useForm({
    resolver: zodResolver(emailForm),
    defaultValues: { email: "", current: "", code: "" },
  });
  const { errors } = form.formState;
  const { setError } = form;
  const kind =
    error instanceof RestError
      ? fieldsOf(error.issues).find(({ field }) => field === "email")?.kind
      : undefined;
  useEffect(() => {
    if (kind !== undefined) setError("email", { type: kind }, { shouldFocus: true });
  }, [error, kind, setError]);
  const submit = form.handleSubmit(({ email, current, code }) =>
    send({ email, current, code: code === "" ? null : code }),
  );
  return (
    <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
      <p>A code goes to the new address. Your address changes when you have entered it.</p>
      {error && kind === undefined ? (
        <Notice tone="danger">{factorWords(error, "app")}</Notice>
      ) : null}
      <Field
        label="New e-mail"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        error={errors.email && emailWords(errors.email.type)}
        {...form.register("email")}
      />
      <OwnPassword
        username={username}
        registered={form.register("current")}
        wrong={errors.current !== undefined}
      />
      {factorOn ? (
        <OwnCode registered={form.register("code")} wrong={errors.code !== undefined} />
      ) : null}
      <div className={styles["ends"]}>
        <Button type="submit" look="primary" busy={busy}>
          Send the code
        </Button>
      </div>
    </form>
  );
}
