import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useChangePassword } from "@/features/account/api/session";
import {
  changePasswordForm,
  fieldsOf,
  fieldWords,
  passwordWords,
} from "@/features/account/model/forms";
import styles from "@/features/account/ui/ChangePassword.module.css";
import { NewPassword } from "@/features/account/ui/NewPassword";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

/** A new password by the one that one has. */
export function ChangePassword({ username }: { username: string }): ReactNode {
  const change = useChangePassword();
  const form = useForm({
    resolver: zodResolver(changePasswordForm),
    defaultValues: { current: "", password: "" },
  });
  const { errors } = form.formState;
  const password = useWatch({ control: form.control, name: "password" });
  const submit = form.handleSubmit((body) =>
    change.mutate(body, {
      onSuccess: () => form.reset(),
      onError: (error) => {
        if (!(error instanceof RestError)) return;
        if (error.code === "wrong_password") {
          form.setError("current", { type: error.code }, { shouldFocus: true });
        }
        const kind = fieldsOf(error.issues).find(({ field }) => field === "password")?.kind;
        if (kind !== undefined) form.setError("password", { type: kind }, { shouldFocus: true });
      },
    }),
  );
  const general = change.error && Object.keys(errors).length === 0 ? change.error : null;
  const wrong = errors.current?.type === "wrong_password";
  return (
    <form className={styles["card"]} onSubmit={(event) => void submit(event)} noValidate>
      {general ? <Notice tone="danger">{errorWords(general)}</Notice> : null}
      {change.isSuccess ? (
        <Notice>Your password is changed, and all other devices are logged out.</Notice>
      ) : null}
      <input type="hidden" autoComplete="username" value={username} readOnly />
      <Field
        label="Current password"
        type="password"
        autoComplete="current-password"
        error={errors.current && (wrong ? errorWords(change.error) : fieldWords("current"))}
        {...form.register("current")}
      />
      <NewPassword
        label="New password"
        typed={password}
        known={[username]}
        error={errors.password && passwordWords(errors.password.type)}
        {...form.register("password")}
      />
      <div>
        <Button type="submit" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}
