import { zodResolver } from "@hookform/resolvers/zod";
import { QRCodeSVG } from "qrcode.react";
import { useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { inGroups, isWhole } from "@/features/account/model/factor";
import { enrolForm, fieldWords } from "@/features/account/model/forms";
import { CodeField } from "@/features/account/ui/CodeField";
import { factorWords } from "@/features/account/ui/factorWords";
import styles from "@/features/account/ui/TwoStep.module.css";
import type { EnrolmentView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type PartProps = { busy: boolean; error: Error | null; send: (text: string) => void };

/** Before an app is set up: the password, so that nobody else does it. */
export function PasswordFirst({
  username,
  busy,
  error,
  send,
}: PartProps & { username: string }): ReactNode {
  const form = useForm({ resolver: zodResolver(enrolForm), defaultValues: { current: "" } });
  const missing = form.formState.errors.current !== undefined;
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => void form.handleSubmit(({ current }) => send(current))(event)}
      noValidate
    >
      <p>
        You need an authenticator app on your phone. First enter your password, so that nobody else
        sets this up.
      </p>
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      <input type="hidden" autoComplete="username" value={username} readOnly />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        error={missing ? fieldWords("current") : undefined}
        {...form.register("current")}
      />
      <div className={styles["ends"]}>
        <Button type="submit" look="primary" busy={busy}>
          Go on
        </Button>
      </div>
    </form>
  );
}

type FirstCodeProps = PartProps & { enrolment: EnrolmentView };

/** The app's secret to scan or to type, and its first code. */
export function FirstCode({ enrolment, busy, error, send }: FirstCodeProps): ReactNode {
  const [code, setCode] = useState("");
  const over = error instanceof RestError && error.code === "not_found";
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole("app", code)) send(code);
      }}
      noValidate
    >
      <p>Scan this with your app, then enter the six digits it shows.</p>
      <div className={styles["scan"]}>
        <QRCodeSVG
          value={enrolment.uri}
          size={176}
          marginSize={2}
          title="QR code for your authenticator app"
          bgColor="transparent"
          fgColor="currentColor"
        />
      </div>
      <div className={styles["type"]}>
        <p className={styles["meta"]}>Or type this key into the app:</p>
        <code className={styles["secret"]} aria-label="Key to type">
          {inGroups(enrolment.secret)}
        </code>
      </div>
      <CodeField
        kind="app"
        value={code}
        onValue={setCode}
        words={error ? (over ? OVER : factorWords(error, "app")) : ""}
      />
      <p className={styles["meta"]}>All your other devices will be logged out.</p>
      <div className={styles["ends"]}>
        <Button type="submit" look="primary" busy={busy} disabled={!isWhole("app", code)}>
          Turn on
        </Button>
      </div>
    </form>
  );
}

const OVER = "This took too long. Begin again.";
