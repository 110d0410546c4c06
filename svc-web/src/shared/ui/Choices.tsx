import { RadioGroup } from "radix-ui";
import { useId, type ReactNode } from "react";
import styles from "@/shared/ui/Choices.module.css";

type ChoicesProps<T extends string> = {
  label: string;
  hint?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
};

/** One of a few whose words need a line each. */
export function Choices<T extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: ChoicesProps<T>): ReactNode {
  const id = useId();
  return (
    <section className={styles["choices"]}>
      <h2 id={id} className={styles["label"]}>
        {label}
      </h2>
      <RadioGroup.Root
        aria-labelledby={id}
        {...(hint === undefined ? {} : { "aria-describedby": `${id}-hint` })}
        value={value}
        className={styles["group"]}
        onValueChange={(chosen) => {
          const option = options.find((one) => one.value === chosen);
          if (option) onChange(option.value);
        }}
      >
        {options.map((option) => (
          <RadioGroup.Item key={option.value} value={option.value} className={styles["item"]}>
            <span className={styles["ring"]} aria-hidden="true">
              <RadioGroup.Indicator className={styles["dot"]} />
            </span>
            {option.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className={styles["hint"]}>
          {hint}
        </p>
      )}
    </section>
  );
}
