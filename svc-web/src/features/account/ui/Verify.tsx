import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { useResend, useVerify } from "@/features/account/api/session";
import { codeForm, fieldWords } from "@/features/account/model/forms";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { limits } from "@/shared/contracts/generated";
import { Link } from "@/shared/lib/Link";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";

export function Verify({ email }: { email: string }): ReactNode {
  const verify = useVerify();
  const form = useForm({ resolver: zodResolver(codeForm), defaultValues: { code: "" } });
  const submit = form.handleSubmit(({ code }) =>
    verify.mutate({ email, code }, { onError: () => form.setFocus("code") }),
  );
  const field = form.register("code");
  const incomplete = form.formState.errors.code !== undefined;
  const words = incomplete ? fieldWords("code") : verify.error ? errorWords(verify.error) : "";
  return (
    <AuthFrame
      title="Check your mail"
      words={
        <>
          We sent a six-digit code to <strong>{email}</strong>. It is good for ten minutes.
        </>
      }
      foot={
        <>
          Wrong address? <Link to="/signup">Start again</Link>
        </>
      }
    >
      <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
        <label htmlFor="code" className="visually-hidden">
          Six-digit code
        </label>
        <input
          id="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          placeholder="······"
          aria-invalid={words !== ""}
          aria-describedby="code-words"
          className={styles["code"]}
          {...field}
          onChange={(event) => {
            event.target.value = event.target.value.replace(/\D/g, "");
            void field.onChange(event);
            if (event.target.value.length === 6) void submit();
          }}
        />
        <p id="code-words" role="alert" className={styles["codeWords"]}>
          {words}
        </p>
        <Button type="submit" look="primary" wide busy={verify.isPending}>
          Verify
        </Button>
        <Resend email={email} />
      </form>
    </AuthFrame>
  );
}

/** Another code, not more often than the server allows. */
function Resend({ email }: { email: string }): ReactNode {
  const resend = useResend();
  const [left, setLeft] = useState<number>(limits.codeResendSeconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  const again = (): void => {
    setLeft(limits.codeResendSeconds);
    resend.mutate(
      { email },
      {
        onError: (error) => {
          const wait = error instanceof RestError ? error.retryAfter : null;
          setLeft(wait === null ? 0 : Math.ceil(wait));
        },
      },
    );
  };
  return (
    <div className={styles["resend"]}>
      <Button look="quiet" small disabled={left > 0} onClick={again}>
        {left > 0 ? `Send another code in ${clockWords(left)}` : "Send another code"}
      </Button>
      <p role="status" className={styles["resent"]}>
        {resend.isSuccess ? "A new code is on its way. The old one is no longer good." : ""}
        {resend.error ? errorWords(resend.error) : ""}
      </p>
    </div>
  );
}

/** "28 s", "12:05". */
function clockWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
