import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useReset } from "@/features/account/api/session";
import { fieldsOf, passwordWords, resetForm } from "@/features/account/model/forms";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { NewPassword } from "@/features/account/ui/NewPassword";
import { Link } from "@/shared/lib/Link";
import { navigate } from "@/shared/lib/location";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

const NOTHING_KNOWN: readonly string[] = [];

/** Where the mailed link leads. */
export function ResetPassword({ token }: { token: string }): ReactNode {
  const reset = useReset();
  const form = useForm({ resolver: zodResolver(resetForm), defaultValues: { password: "" } });
  const { errors } = form.formState;
  const password = useWatch({ control: form.control, name: "password" });
  const submit = form.handleSubmit((body) =>
    reset.mutate(
      { ...body, token },
      {
        onSuccess: () => navigate("/login?changed", "replace"),
        onError: (error) => {
          const issues = error instanceof RestError ? fieldsOf(error.issues) : [];
          const kind = issues.find(({ field }) => field === "password")?.kind;
          if (kind !== undefined) form.setError("password", { type: kind }, { shouldFocus: true });
        },
      },
    ),
  );
  const spent =
    token === "" || (reset.error instanceof RestError && reset.error.code === "link_spent");
  return (
    <AuthFrame
      title={spent ? "This link is over" : "Choose a new password"}
      words={
        spent
          ? "It was used, is older than ten minutes, or a newer one was sent."
          : "You will be logged out on all devices."
      }
      foot={<Link to="/login">Log in</Link>}
    >
      {spent ? (
        <Button look="primary" wide onClick={() => navigate("/forgot")}>
          Ask for a new link
        </Button>
      ) : (
        <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
          {reset.error && !errors.password ? (
            <Notice tone="danger">{errorWords(reset.error)}</Notice>
          ) : null}
          <NewPassword
            label="New password"
            typed={password}
            known={NOTHING_KNOWN}
            error={errors.password && passwordWords(errors.password.type)}
            {...form.register("password")}
          />
          <Button
            type="submit"
            look="primary"
            wide
            busy={reset.isPending}
            className={styles["submit"]}
          >
            Save
          </Button>
        </form>
      )}
    </AuthFrame>
  );
}
