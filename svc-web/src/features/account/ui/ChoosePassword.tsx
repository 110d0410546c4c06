import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useNewPassword } from "@/features/account/api/providers";
import { fieldsOf, passwordWords, resetForm } from "@/features/account/model/forms";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { NewPassword } from "@/features/account/ui/NewPassword";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type ChoosePasswordProps = {
  login: string;
  mailed: string;
  /** The mailed password has been changed, and a code must follow. */
  second: () => void;
  /** Back to the log-in, with the reason when there is one. */
  back: (reason: string | null) => void;
};

/** After a log-in with the password from the mail: it is good once, to choose another. */
export function ChoosePassword({ login, mailed, second, back }: ChoosePasswordProps): ReactNode {
  const choose = useNewPassword();
  const form = useForm({ resolver: zodResolver(resetForm), defaultValues: { password: "" } });
  const { errors } = form.formState;
  const password = useWatch({ control: form.control, name: "password" });
  const submit = form.handleSubmit((body) =>
    choose.mutate(
      { login, current: mailed, ...body },
      {
        onError: (error) => {
          if (!(error instanceof RestError)) return;
          if (error.code === "second_factor") second();
          if (error.code === "wrong_credentials") back(OVER);
          const kind = fieldsOf(error.issues).find(({ field }) => field === "password")?.kind;
          if (kind !== undefined) form.setError("password", { type: kind }, { shouldFocus: true });
        },
      },
    ),
  );
  return (
    <AuthFrame
      title="Choose your password"
      words="The password from the mail works only once. From now on you use your own."
      foot={
        <Button look="quiet" small onClick={() => back(null)}>
          Back to the log-in
        </Button>
      }
    >
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        {choose.error && !errors.password ? (
          <Notice tone="danger">{errorWords(choose.error)}</Notice>
        ) : null}
        <input type="hidden" autoComplete="username" value={login} readOnly />
        <NewPassword
          label="New password"
          typed={password}
          known={[login]}
          error={errors.password && passwordWords(errors.password.type)}
          {...form.register("password")}
        />
        <Button
          type="submit"
          look="primary"
          wide
          busy={choose.isPending}
          className={styles["submit"]}
        >
          Save and log in
        </Button>
      </form>
    </AuthFrame>
  );
}

const OVER = "The password from the mail is used or too old. Ask for a link to choose another.";
