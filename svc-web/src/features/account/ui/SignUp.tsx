import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { instanceQuery, useInvited } from "@/features/account/api/instance";
import { useRegister } from "@/features/account/api/session";
import {
  fieldsOf,
  fieldWords,
  passwordWords,
  signUpForm,
  usernameRule,
} from "@/features/account/model/forms";
import { doorOf, tokenOf, type Door } from "@/features/account/model/instance";
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
import { SkeletonRows } from "@/shared/ui/Skeleton";

const FIELDS = ["email", "username", "password"] as const;

type SignUpProps = {
  /** The part of the address behind `#`: an invitation. */
  fragment: string;
};

/** What applies here, and the form where one can come in. */
export function SignUp({ fragment }: SignUpProps): ReactNode {
  const token = tokenOf(fragment);
  const instance = useQuery(instanceQuery);
  const invited = useInvited(token);
  if ((instance.data === undefined && !instance.error) || invited === "asking") {
    return (
      <AuthFrame title="Create an account" words="One moment." foot={<HaveAccount />}>
        <SkeletonRows count={3} label="Loading" />
      </AuthFrame>
    );
  }
  // Without an answer one may try: the server decides anyway.
  const door = doorOf(instance.data ?? { registration: "open", domains: [] }, invited);
  const useful = instance.data?.registration !== "open" && instance.data?.registration !== "closed";
  const over = invited === "over" && useful ? <InvitationOver /> : null;
  if (!door.form) {
    return (
      <AuthFrame title="Create an account" words={door.words} foot={<HaveAccount />}>
        {over}
      </AuthFrame>
    );
  }
  return (
    <SignUpForm
      door={door}
      invitation={invited === "good" ? token : null}
      notice={
        over ?? (invited === "good" && useful ? <Notice>You have an invitation.</Notice> : null)
      }
    />
  );
}

function HaveAccount(): ReactNode {
  return (
    <>
      Have an account? <Link to="/login">Log in</Link>
    </>
  );
}

function InvitationOver(): ReactNode {
  return <Notice tone="danger">This invitation doesn’t work any more.</Notice>;
}

type SignUpFormProps = { door: Door; invitation: string | null; notice: ReactNode };

function SignUpForm({ door, invitation, notice }: SignUpFormProps): ReactNode {
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
  const submit = form.handleSubmit((typedIn) =>
    register.mutate(invitation === null ? typedIn : { ...typedIn, invitation }, {
      onSuccess: () => navigate(`/verify?email=${encodeURIComponent(typedIn.email)}`),
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
    <AuthFrame title="Create an account" words={door.words} foot={<HaveAccount />}>
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        {general ? <Notice tone="danger">{errorWords(general)}</Notice> : notice}
        <Field
          label="E-mail"
          type="email"
          autoComplete="email"
          {...(door.addresses === null ? {} : { hint: door.addresses })}
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
      <ProviderButtons invitation={invitation} />
    </AuthFrame>
  );
}

/** While one types: the rule that is broken, or what the name is good for. */
function usernameHint(username: string): string {
  if (username === "") return "This is how others find you.";
  return usernameRule(username) ?? `Others find you as @${username}.`;
}
