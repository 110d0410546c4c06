import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTakeOwnData } from "@/features/account/api/ownData";
import styles from "@/features/account/ui/OwnData.module.css";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import { limits } from "@/shared/contracts/generated";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";

const FILES = `${limits.ownDataFileBytes / 1024 ** 3} GB`;

/** Everything that is one's own, to take along, after a proof of who sits here. */
export function OwnData({ username }: { username: string }): ReactNode {
  const take = useTakeOwnData();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <p className={styles["words"]}>
        A zip with what Nexync keeps of you: your account and where you are logged in, your profile,
        the people you know, your chats, what you wrote in them, and your files, up to {FILES}.
      </p>
      <p className={styles["words"]}>
        What others wrote is not in it. Whoever has the zip can read all of it, so keep it safe.
      </p>
      {take.isSuccess ? (
        <Notice>
          The download has begun. If it fails, another one may still be going on: try again later.
        </Notice>
      ) : null}
      <div>
        <Button
          look="primary"
          onClick={() => {
            take.reset();
            setAsking(true);
          }}
        >
          <Download size={18} strokeWidth={1.75} aria-hidden="true" />
          Download
        </Button>
      </div>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Download your data"
        words="First show that it is you."
      >
        <OwnerProof
          username={username}
          action="Download"
          look="primary"
          busy={take.isPending}
          error={take.error}
          send={(body) => take.mutate(body, { onSuccess: () => setAsking(false) })}
        />
      </Dialog>
    </>
  );
}
