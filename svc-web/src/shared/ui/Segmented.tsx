import type { LucideIcon } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import styles from "@/shared/ui/Segmented.module.css";

type SegmentedProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
  onChange: (value: T) => void;
};

/** One of a few. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<T>): ReactNode {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      className={styles["group"]}
      onValueChange={(chosen) => {
        const option = options.find((one) => one.value === chosen);
        if (option) onChange(option.value);
      }}
    >
      {options.map(({ value: option, label: words, icon: Icon }) => (
        <ToggleGroup.Item key={option} value={option} className={styles["item"]}>
          {Icon ? <Icon size={18} strokeWidth={1.75} aria-hidden="true" /> : null}
          {words}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
