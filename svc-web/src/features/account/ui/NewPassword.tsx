import { useEffect, useState, type ComponentProps, type ReactNode } from "react";
import { STRENGTH_WORDS, strengthOf, type Strength } from "@/features/account/model/strength";
import styles from "@/features/account/ui/NewPassword.module.css";
import { limits } from "@/shared/contracts/generated";
import { cx } from "@/shared/ui/cx";
import { Field } from "@/shared/ui/Field";

type NewPasswordProps = Omit<ComponentProps<typeof Field>, "type" | "hint" | "label"> & {
  label?: string;
  /** What is in the field, and what an attacker would know of its owner. */
  typed: string;
  known: readonly string[];
};

/** The field for a password to be, with a meter that says how hard it is to guess. */
export function NewPassword({
  label = "Password",
  typed,
  known,
  error,
  ...rest
}: NewPasswordProps): ReactNode {
  const strength = useStrength(typed, known);
  const short = typed.length < limits.passwordChars[0];
  const hint = short || strength === null ? "At least 8 characters." : STRENGTH_WORDS[strength];
  const level = short || strength === null ? 0 : strength;
  return (
    <div className={styles["new"]}>
      <Field
        {...rest}
        label={label}
        type="password"
        autoComplete="new-password"
        hint={hint}
        error={error}
      />
      <div className={cx(styles["meter"], styles[`level${level}`])} aria-hidden="true">
        {[1, 2, 3, 4].map((part) => (
          <span key={part} className={cx(part <= level && styles["full"])} />
        ))}
      </div>
    </div>
  );
}

/** Null until it is known; the last one known stays while the next is judged. */
function useStrength(password: string, known: readonly string[]): Strength | null {
  const [strength, setStrength] = useState<Strength | null>(null);
  const joined = known.join("\n");
  useEffect(() => {
    if (password === "") return;
    let current = true;
    strengthOf(password, joined.split("\n"))
      .then((found) => {
        if (current) setStrength(found);
      })
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [password, joined]);
  return password === "" ? null : strength;
}
