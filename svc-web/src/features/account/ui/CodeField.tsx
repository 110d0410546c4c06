import { useId, type ReactNode } from "react";
import { isWhole, typedCode, type CodeKind } from "@/features/account/model/factor";
import styles from "@/features/account/ui/Auth.module.css";
import { cx } from "@/shared/ui/cx";

type CodeFieldProps = {
  kind: CodeKind;
  value: string;
  onValue: (value: string) => void;
  /** Called once a code is whole, so that nobody has to press a button; not for recovery codes. */
  onWhole?: (value: string) => void;
  /** What is wrong; its line is always reserved. */
  words: string;
};

/** One code: six digits of the app, or a recovery code. */
export function CodeField({ kind, value, onValue, onWhole, words }: CodeFieldProps): ReactNode {
  const id = useId();
  const app = kind === "app";
  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        {app ? "Six-digit code" : "Recovery code"}
      </label>
      <input
        id={id}
        inputMode={app ? "numeric" : "text"}
        autoComplete={app ? "one-time-code" : "off"}
        autoCapitalize="none"
        spellCheck={false}
        placeholder={app ? "······" : "xxxxx-xxxxx"}
        // The field is all that there is to do on its page.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        aria-invalid={words !== ""}
        aria-describedby={`${id}-words`}
        className={cx(styles["code"], !app && styles["recovery"])}
        value={value}
        onChange={(event) => {
          const typed = typedCode(kind, event.target.value);
          onValue(typed);
          if (app && isWhole(kind, typed)) onWhole?.(typed);
        }}
      />
      <p id={`${id}-words`} role="alert" className={styles["codeWords"]}>
        {words}
      </p>
    </>
  );
}
