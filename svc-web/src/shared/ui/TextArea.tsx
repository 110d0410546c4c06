import { useId, type ComponentProps, type ReactNode } from "react";
import styles from "@/shared/ui/TextArea.module.css";

type TextAreaProps = Omit<ComponentProps<"textarea">, "className"> & {
  label: string;
  /** Shown while there is no error. */
  hint?: string | undefined;
  error?: string | undefined;
};

/** A field of several lines, in the direction of what is written. */
export function TextArea({ label, hint, error, ...rest }: TextAreaProps): ReactNode {
  const id = useId();
  const words = error ?? hint;
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={styles["label"]} dir="auto">
        {label}
      </label>
      <textarea
        dir="auto"
        rows={3}
        {...rest}
        id={id}
        className={styles["area"]}
        aria-invalid={error !== undefined}
        {...(words === undefined ? {} : { "aria-describedby": `${id}-words` })}
      />
      {words === undefined ? null : (
        <p
          id={`${id}-words`}
          className={styles["words"]}
          aria-live="polite"
          data-error={error !== undefined || undefined}
        >
          {words}
        </p>
      )}
    </div>
  );
}
