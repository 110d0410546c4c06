import { useState, type ReactNode } from "react";
import { useLogInCode } from "@/features/account/api/session";
import type { CodeKind } from "@/features/account/model/factor";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import styles from "@/features/account/ui/Auth.module.css";
import { CodeField } from "@/features/account/ui/CodeField";
import { isWhole } from "@/features/account/model/factor";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { factorWords } from "@/features/account/ui/factorWords";

type LogInCodeProps = {
  /** Back to the password, with the reason when there is one. */
  back: (reason: string | null) => void;
};

/** The second step of logging in: the app's code, or a recovery code in its place. */
export function LogInCode({ back }: LogInCodeProps): ReactNode {
  const [kind, setKind] = useState<CodeKind>("app");
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState(0);
  const logIn = useLogInCode();
  const send = (whole: string): void => {
    if (logIn.isPending || !isWhole(kind, whole)) return;
    logIn.mutate(
      { code: whole },
      {
        onError: (error) => {
          const over =
            error instanceof RestError && ["login_over", "code_spent"].includes(error.code);
          if (over) back(error.code === "code_spent" ? TOO_MANY : errorWords(error));
          else {
            setCode("");
            setWrong((count) => count + 1);
          }
        },
      },
    );
  };
  const other = (): void => {
    setKind(kind === "app" ? "recovery" : "app");
    setCode("");
    logIn.reset();
  };
  return (
    <AuthFrame
      title={kind === "app" ? "Enter your code" : "Use a recovery code"}
      words={
        kind === "app"
          ? "Open your authenticator app and enter the six digits it shows for Nexync."
          : "Enter one of the codes that you kept. It works once."
      }
      foot={
        <Button look="quiet" small onClick={() => back(null)}>
          Back to the password
        </Button>
      }
    >
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          send(code);
        }}
        noValidate
      >
        <CodeField
          // A new field for the next try has the focus.
          key={`${kind} ${wrong}`}
          kind={kind}
          value={code}
          onValue={setCode}
          onWhole={send}
          words={logIn.error ? factorWords(logIn.error, kind) : ""}
        />
        <Button
          type="submit"
          look="primary"
          wide
          busy={logIn.isPending}
          disabled={!isWhole(kind, code)}
        >
          Log in
        </Button>
        <div className={styles["resend"]}>
          <Button look="quiet" small onClick={other}>
            {kind === "app" ? "Use a recovery code" : "Use the app's code"}
          </Button>
        </div>
      </form>
    </AuthFrame>
  );
}

const TOO_MANY = "Too many wrong codes. Log in again.";
