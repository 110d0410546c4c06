import type { ReactNode } from "react";
import { useOwnProblem } from "@/features/chats/api/own";
import styles from "@/features/chats/ui/OwnProblem.module.css";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

/** Why the last change of what one keeps about a chat was not made. */
export function OwnProblem(): ReactNode {
  const { words, dismiss } = useOwnProblem();
  return words === null ? null : (
    <div className={styles["place"]}>
      <Notice
        tone="danger"
        action={
          <Button look="quiet" small onClick={dismiss}>
            OK
          </Button>
        }
      >
        {words}
      </Notice>
    </div>
  );
}
