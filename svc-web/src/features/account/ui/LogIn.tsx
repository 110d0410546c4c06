import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useCallback, useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { instanceQuery } from "@/features/account/api/instance";
import {
  passkeysWork,
  useLogInPasskey,
  useSuggestedPasskeys,
} from "@/features/account/api/passkeys";
import { useLogIn } from "@/features/account/api/session";
import { fieldWords, logInForm } from "@/features/account/model/forms";
import { passkeyWords } from "@/features/account/model/passkeys";
import { problemWords } from "@/features/account/model/providers";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { ChoosePassword } from "@/features/account/ui/ChoosePassword";
import { LogInCode } from "@/features/account/ui/LogInCode";
import { ProviderButtons } from "@/features/account/ui/ProviderButtons";
import type { LoginBody } from "@/shared/contracts/generated";
import { Link } from "@/shared/lib/Link";
import { navigate } from "@/shared/lib/location";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type LogInProps = {
  changed: boolean;
  /** The way back from a provider: what went wrong, or that a code must follow. */
  problem: string | null;
  second: boolean;
};

export function LogIn({ changed, problem, second: coming }: LogInProps): ReactNode {
  const logIn = useLogIn();
  const instance = useQuery(instanceQuery);
  const [second, setSecond] = useState(coming);
  const [mailed, setMailed] = useState<LoginBody | null>(null);
  const [over, setOver] = useState(problemWords(problem));
  const form = useForm({
    resolver: zodResolver(logInForm),
    defaultValues: { login: "", password: "" },
  });
  const { errors } = form.formState;
  const byPasskey = useLogInPasskey();
  const refused = useCallback((error: unknown) => setOver(passkeyWords(error)), []);
  // The browser has one such question at a time, so the button's takes the place of the suggestions.
  useSuggestedPasskeys(!second && mailed === null && !byPasskey.isPending, refused);
  const failed = logIn.error ?? byPasskey.error;
  const submit = form.handleSubmit((body) => {
    byPasskey.reset();
    logIn.mutate(body, {
      onError: (error) => {
        setOver(null);
        if (error instanceof RestError && error.code === "second_factor") setSecond(true);
        if (error instanceof RestError && error.code === "password_change_needed") setMailed(body);
        const unverified = error instanceof RestError && error.code === "not_verified";
        if (unverified && body.login.includes("@")) {
          navigate(`/verify?email=${encodeURIComponent(body.login)}`);
        }
      },
    });
  });
  const back = (reason: string | null): void => {
    logIn.reset();
    form.resetField("password");
    setOver(reason);
    setSecond(false);
    setMailed(null);
  };
  if (second) return <LogInCode back={back} />;
  if (mailed !== null) {
    return (
      <ChoosePassword
        login={mailed.login}
        mailed={mailed.password}
        second={() => setSecond(true)}
        back={back}
      />
    );
  }
  return (
    <AuthFrame
      title="Log in"
      words="Good to see you again."
      foot={
        instance.data?.registration === "closed" ? null : (
          <>
            New here? <Link to="/signup">Create an account</Link>
          </>
        )
      }
    >
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        {over !== null && !failed ? <Notice tone="danger">{over}</Notice> : null}
        {changed && over === null && !failed ? (
          <Notice>Your password is changed, and all devices are logged out.</Notice>
        ) : null}
        {logIn.error ? <Notice tone="danger">{errorWords(logIn.error)}</Notice> : null}
        {byPasskey.error ? <Notice tone="danger">{passkeyWords(byPasskey.error)}</Notice> : null}
        <Field
          label="Username or e-mail"
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.login && fieldWords("login")}
          {...form.register("login")}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          error={errors.password && fieldWords("password")}
          {...form.register("password")}
        />
        <p className={styles["forgot"]}>
          <Link to="/forgot">Forgot your password?</Link>
        </p>
        <Button
          type="submit"
          look="primary"
          wide
          busy={logIn.isPending}
          className={styles["submit"]}
        >
          Log in
        </Button>
        {passkeysWork() ? (
          <Button
            wide
            busy={byPasskey.isPending}
            onClick={() => {
              logIn.reset();
              setOver(null);
              byPasskey.mutate();
            }}
          >
            {byPasskey.isPending ? null : (
              <KeyRound size={18} strokeWidth={1.75} aria-hidden="true" />
            )}
            Use a passkey
          </Button>
        ) : null}
      </form>
      <ProviderButtons />
    </AuthFrame>
  );
}
