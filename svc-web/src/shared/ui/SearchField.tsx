import { Search, X } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/shared/ui/SearchField.module.css";

type SearchFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Characters that fit in. */
  max?: number;
};

export function SearchField({ label, value, onChange, max = 60 }: SearchFieldProps): ReactNode {
  return (
    <div className={styles["box"]}>
      <Search size={18} strokeWidth={1.75} className={styles["icon"]} aria-hidden="true" />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={max}
        autoComplete="off"
        spellCheck={false}
        className={styles["input"]}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.stopPropagation();
            onChange("");
          }
        }}
      />
      {value === "" ? null : (
        <button
          type="button"
          aria-label="Clear"
          className={styles["clear"]}
          onClick={() => onChange("")}
        >
          <X size={16} strokeWidth={2} />
        </button>
      )}
    </div>
  );
}
