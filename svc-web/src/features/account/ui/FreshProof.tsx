import { useState, type ReactNode } from "react";
import styles from "@/features/account/ui/TwoStep.module.css";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type FreshProofProps = {
  action: string;
  busy: boolean;
  error: Error | null;
  /** Whether a code must be given. */
  code: boolean;
  send: (code: string | null) => void;
};

/** For who logs in with a provider alone: the log-in itself is the proof, as long as it is fresh. */
export function FreshProof({ action, busy, error, code, send }: FreshProofProps): ReactNode {
  const [typed, setTyped] = useState("");
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        send(code ? typed : null);
      }}
      noValidate
    >
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      <p className={styles["meta"]}>
        You have neither a password nor a passkey, so you must have logged in within the last ten
        minutes.
      </p>
      {code ? (
        <Field
          label="Code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          hint="Of your app, or a recovery code."
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : null}
      <div className={styles["proofs"]}>
        <Button type="submit" look="danger" busy={busy} disabled={code && typed.trim() === ""}>
          {action}
        </Button>
      </div>
    </form>
  );
}
