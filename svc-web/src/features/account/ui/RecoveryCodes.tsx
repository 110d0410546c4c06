import { Check, Copy, Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { recoveryFile } from "@/features/account/model/factor";
import styles from "@/features/account/ui/TwoStep.module.css";
import { Button } from "@/shared/ui/Button";

type RecoveryCodesProps = { username: string; codes: readonly string[]; done: () => void };

/** The recovery codes, the only time that they are shown. */
export function RecoveryCodes({ username, codes, done }: RecoveryCodesProps): ReactNode {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const copy = (): void => {
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  };
  return (
    <div className={styles["form"]}>
      <p>
        Without your phone, each of these logs you in once in place of a code. Keep them where you
        keep your passwords. They are not shown again.
      </p>
      <ul className={styles["codes"]} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles["ways"]}>
        <Button onClick={copy}>
          {copied === "yes" ? (
            <Check size={20} strokeWidth={1.75} aria-hidden="true" />
          ) : (
            <Copy size={20} strokeWidth={1.75} aria-hidden="true" />
          )}
          {copied === "yes" ? "Copied" : "Copy"}
        </Button>
        <Button onClick={() => download(username, codes)}>
          <Download size={20} strokeWidth={1.75} aria-hidden="true" />
          Download
        </Button>
      </div>
      <p role="status" className={styles["said"]}>
        {copied === "failed" ? "They can't be copied here. Write them down or download them." : ""}
      </p>
      <div className={styles["ends"]}>
        <Button look="primary" onClick={done}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}

function download(username: string, codes: readonly string[]): void {
  const text = recoveryFile(username, codes, new Date());
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `nexync-recovery-codes-${username}.txt`;
  link.click();
  URL.revokeObjectURL(address);
}
