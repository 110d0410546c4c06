import { zodResolver } from "@hookform/resolvers/zod";
import { useState, type ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useChangePassword } from "@/features/account/api/session";
import {
  changePasswordForm,
  fieldsOf,
  fieldWords,
  passwordWords,
} from "@/features/account/model/forms";
import styles from "@/features/account/ui/ChangePassword.module.css";
import { factorWords } from "@/features/account/ui/factorWords";
import { NewPassword } from "@/features/account/ui/NewPassword";
import { OwnCode } from "@/features/account/ui/ProofFields";
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
    defaultValues: { current: "", password: "", code: "" },
  });
  const { errors } = form.formState;
  const password = useWatch({ control: form.control, name: "password" });
  const [second, setSecond] = useState(false);
  const submit = form.handleSubmit(({ code, ...body }) =>
    change.mutate(
      { ...body, code: second && code !== "" ? code : null },
      {
        onSuccess: () => {
          form.reset();
          setSecond(false);
        },
        onError: (error) => {
          if (!(error instanceof RestError)) return;
          if (error.code === "second_factor") setSecond(true);
          if (error.code === "wrong_password") {
            form.setError("current", { type: error.code }, { shouldFocus: true });
          }
          const kind = fieldsOf(error.issues).find(({ field }) => field === "password")?.kind;
          if (kind !== undefined) form.setError("password", { type: kind }, { shouldFocus: true });
        },
      },
    ),
  );
  const general = change.error && Object.keys(errors).length === 0 ? change.error : null;
  const wrong = errors.current?.type === "wrong_password";
  return (
    <form className={styles["card"]} onSubmit={(event) => void submit(event)} noValidate>
      {general ? <Notice tone="danger">{factorWords(general, "app")}</Notice> : null}
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
      {second ? (
        <OwnCode registered={form.register("code")} wrong={errors.code !== undefined} />
      ) : null}
      <div>
        <Button type="submit" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}
