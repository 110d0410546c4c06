import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { useTakeOwnData } from "@/features/account/api/ownData";
import styles from "@/features/account/ui/OwnData.module.css";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

/** Everything that is one's own, to take along. */
export function OwnData(): ReactNode {
  const take = useTakeOwnData();
  return (
    <>
      <p className={styles["words"]}>
        A zip with what Nexync keeps of you: your account and where you are logged in, your profile,
        the people you know, your chats, and what you wrote in them. It is JSON, for other programs
        to read.
      </p>
      <p className={styles["words"]}>
        What others wrote is not in it. Whoever has the zip can read all of it, so keep it safe.
      </p>
      {take.error ? <Notice tone="danger">{errorWords(take.error)}</Notice> : null}
      {take.isSuccess ? (
        <Notice>
          The download has begun. If it fails, another one may still be going on: try again later.
        </Notice>
      ) : null}
      <div>
        <Button look="primary" busy={take.isPending} onClick={() => take.mutate()}>
          <Download size={18} strokeWidth={1.75} aria-hidden="true" />
          Download
        </Button>
      </div>
    </>
  );
}
