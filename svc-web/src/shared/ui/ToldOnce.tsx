import { Check, Copy } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import styles from "@/shared/ui/ToldOnce.module.css";

type ToldOnceProps = { title: string; words: string; secret: string; close: () => void };

/** A token or a link with one in it, the only time that it is shown. */
export function ToldOnce({ title, words, secret, close }: ToldOnceProps): ReactNode {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const copy = (): void => {
    navigator.clipboard.writeText(secret).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  };
  const Icon = copied === "yes" ? Check : Copy;
  return (
    <Dialog open onOpenChange={close} title={title} words={words}>
      <div className={styles["inside"]}>
        <code className={styles["secret"]}>{secret}</code>
        <p role="status" className={styles["said"]}>
          {copied === "failed" ? "It can’t be copied here. Select it and copy it yourself." : ""}
        </p>
        <div className={styles["ends"]}>
          <Button onClick={copy}>
            <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
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
