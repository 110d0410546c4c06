import { Check, Copy } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/features/bots/ui/Bots.module.css";
import type { BotTokenView } from "@/shared/contracts/generated";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";

type TokenOnceProps = { told: BotTokenView; close: () => void };

/** A token, the only time that it is shown. */
export function TokenOnce({ told, close }: TokenOnceProps): ReactNode {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const copy = (): void => {
    navigator.clipboard.writeText(told.token).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`The token of ${told.bot.name}`}
      words="Whoever has it can read and write as this bot. It is not shown again."
    >
      <div className={styles["form"]}>
        <code className={styles["token"]}>{told.token}</code>
        <p role="status" className={styles["meta"]}>
          {copied === "failed" ? "It can't be copied here. Select it and copy it yourself." : ""}
        </p>
        <div className={styles["ends"]}>
          <Button onClick={copy}>
            {copied === "yes" ? (
              <Check size={20} strokeWidth={1.75} aria-hidden="true" />
            ) : (
              <Copy size={20} strokeWidth={1.75} aria-hidden="true" />
            )}
            {copied === "yes" ? "Copied" : "Copy"}
          </Button>
          <Button look="primary" onClick={close}>
            I have kept it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
