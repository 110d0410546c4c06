import { Check, Copy } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/features/chats/ui/Details.module.css";
import { Button } from "@/shared/ui/Button";

/** An address with a secret in it, the only time that it is shown. */
export function MadeLink({ label, link }: { label: string; link: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles["made"]}>
      <input
        className={styles["link"]}
        aria-label={label}
        readOnly
        value={link}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        onClick={() => {
          void navigator.clipboard.writeText(link).then(() => setCopied(true));
        }}
      >
        {copied ? <Check size={18} strokeWidth={1.75} /> : <Copy size={18} strokeWidth={1.75} />}
        {copied ? "Copied" : "Copy"}
      </Button>
      <p className={styles["meta"]} role="status">
        Copy it now: it is shown only here and only once.
      </p>
    </div>
  );
}
