import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { useForgot } from "@/features/account/api/session";
import { fieldWords, forgotForm } from "@/features/account/model/forms";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { Link } from "@/shared/lib/Link";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

/** Asks for the link. What it says afterwards is the same for every address. */
export function ForgotPassword(): ReactNode {
  const forgot = useForgot();
  const form = useForm({ resolver: zodResolver(forgotForm), defaultValues: { email: "" } });
  const { errors } = form.formState;
  const submit = form.handleSubmit((body) => forgot.mutate(body));
  const back = (
    <>
      Remembered it? <Link to="/login">Log in</Link>
    </>
  );
  if (forgot.isSuccess) {
    return (
      <AuthFrame
        title="Check your mail"
        words={
          <>
            If there is an account with <strong>{forgot.variables.email}</strong>, a link is on its
            way. It works once, for ten minutes.
          </>
        }
        foot={back}
      >
        <Button wide onClick={() => forgot.reset()}>
          Try another address
        </Button>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title="Choose a new password"
      words="We send a link to your e-mail address."
      foot={back}
    >
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        {forgot.error ? <Notice tone="danger">{errorWords(forgot.error)}</Notice> : null}
        <Field
          label="E-mail"
          type="email"
          autoComplete="email"
          error={errors.email && fieldWords("email")}
          {...form.register("email")}
        />
        <Button
          type="submit"
          look="primary"
          wide
          busy={forgot.isPending}
          className={styles["submit"]}
        >
          Send the link
        </Button>
      </form>
    </AuthFrame>
  );
}
