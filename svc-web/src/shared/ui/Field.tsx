import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { cx } from "@/shared/ui/cx";
import styles from "@/shared/ui/Field.module.css";

type FieldProps = ComponentProps<"input"> & {
  label: string;
  /** Shown while there is no error; its line is always reserved. */
  hint?: string | undefined;
  error?: string | undefined;
};

export function Field({ label, hint, error, type, className, ...rest }: FieldProps): ReactNode {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  return (
    <div className={cx(styles["field"], className)}>
      <label htmlFor={id} className={styles["label"]}>
        {label}
      </label>
      <div className={styles["box"]}>
        <input
          {...rest}
          id={id}
          type={secret && shown ? "text" : type}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-words`}
          className={cx(styles["input"], secret && styles["secret"])}
        />
        {secret ? (
          <button
            type="button"
            className={styles["peek"]}
            aria-label={shown ? "Hide the password" : "Show the password"}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size={20} strokeWidth={1.75} /> : <Eye size={20} strokeWidth={1.75} />}
          </button>
        ) : null}
      </div>
      <p
        id={`${id}-words`}
        aria-live="polite"
        className={cx(styles["words"], error !== undefined && styles["error"])}
      >
        {error ?? hint}
      </p>
    </div>
  );
}
