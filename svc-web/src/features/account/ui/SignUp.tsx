import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useRegister } from "@/features/account/api/session";
import {
  fieldsOf,
  fieldWords,
  passwordWords,
  signUpForm,
  usernameRule,
} from "@/features/account/model/forms";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import { NewPassword } from "@/features/account/ui/NewPassword";
import { ProviderButtons } from "@/features/account/ui/ProviderButtons";
import styles from "@/features/account/ui/Auth.module.css";
import { Link } from "@/shared/lib/Link";
import { navigate } from "@/shared/lib/location";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

const FIELDS = ["email", "username", "password"] as const;

export function SignUp(): ReactNode {
  const register = useRegister();
  const form = useForm({
    resolver: zodResolver(signUpForm),
    defaultValues: { email: "", username: "", password: "" },
  });
  const { errors } = form.formState;
  const typed = useWatch({ control: form.control });
  const [email, username, password] = [
    typed.email ?? "",
    typed.username ?? "",
    typed.password ?? "",
  ];
  const submit = form.handleSubmit((body) =>
    register.mutate(body, {
      onSuccess: () => navigate(`/verify?email=${encodeURIComponent(body.email)}`),
      onError: (error) => {
        if (!(error instanceof RestError)) return;
        const taken = [{ field: "username", kind: error.code }];
        const wrong = error.code === "username_taken" ? taken : fieldsOf(error.issues);
        for (const name of FIELDS) {
          const kind = wrong.find(({ field }) => field === name)?.kind;
          if (kind !== undefined) form.setError(name, { type: kind }, { shouldFocus: true });
        }
      },
    }),
  );
  const taken = errors.username?.type === "username_taken";
  const general = register.error && Object.keys(errors).length === 0 ? register.error : null;
  return (
    <AuthFrame
      title="Create an account"
      words="We send a code to your e-mail address to check that it is yours."
      foot={
        <>
          Have an account? <Link to="/login">Log in</Link>
        </>
      }
    >
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        {general ? <Notice tone="danger">{errorWords(general)}</Notice> : null}
        <Field
          label="E-mail"
          type="email"
          autoComplete="email"
          error={errors.email && fieldWords("email")}
          {...form.register("email")}
        />
        <Field
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          hint={usernameHint(username)}
          error={
            errors.username &&
            (taken
              ? errorWords(register.error)
              : (usernameRule(username) ?? fieldWords("username")))
          }
          {...form.register("username")}
        />
        <NewPassword
          typed={password}
          known={[username, email]}
          error={errors.password && passwordWords(errors.password.type)}
          {...form.register("password")}
        />
        <Button
          type="submit"
          look="primary"
          wide
          busy={register.isPending}
          className={styles["submit"]}
        >
          Create account
        </Button>
      </form>
      <ProviderButtons />
    </AuthFrame>
  );
}

/** While one types: the rule that is broken, or what the name is good for. */
function usernameHint(username: string): string {
  if (username === "") return "This is how others find you.";
  return usernameRule(username) ?? `Others find you as @${username}.`;
}
