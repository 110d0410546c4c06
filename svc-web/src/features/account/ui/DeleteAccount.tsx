import { useQuery } from "@tanstack/react-query";
import { UserX } from "lucide-react";
import { useState, type ReactNode } from "react";
import { erasureQuery, useErase, useKeepAccount } from "@/features/account/api/erasure";
import styles from "@/features/account/ui/DeleteAccount.module.css";
import { FreshProof } from "@/features/account/ui/FreshProof";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import type { ErasureView } from "@/shared/contracts/generated";
import { Link } from "@/shared/lib/Link";
import { RestError } from "@/shared/lib/rest";
import { absolute, date } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { LoadError } from "@/shared/ui/LoadError";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** The way out, with what it means; while it waits, the way back. */
export function DeleteAccount({ username }: { username: string }): ReactNode {
  const erasure = useQuery(erasureQuery);
  const [asking, setAsking] = useState(false);
  if (erasure.data === undefined) {
    return erasure.error ? (
      <LoadError error={erasure.error} onAgain={() => void erasure.refetch()} />
    ) : (
      <SkeletonRows count={3} label="Loading" />
    );
  }
  if (erasure.data.erase_at !== null) return <Waiting at={erasure.data.erase_at} />;
  const days = erasure.data.days === 1 ? "a day" : `${erasure.data.days} days`;
  return (
    <>
      <p className={styles["words"]}>
        Your account will be gone {days} after you ask. Until then you can log in and keep it.
      </p>
      <ul className={styles["list"]}>
        <li>At once: all your other devices are logged out, and others can’t find you.</li>
        <li>
          At the end: your profile, your connections, your bots and all ways to log in are deleted,
          and you leave your groups.
        </li>
        <li>
          What you wrote stays in its chats, by a “Deleted account”. If something should not stay,
          delete it before.
        </li>
        <li>After that nobody can bring it back, and for 90 days nobody can take your username.</li>
      </ul>
      <p className={styles["words"]}>
        You can <Link to="/settings/data">take your data along</Link> first.
      </p>
      <div>
        <Button look="danger" onClick={() => setAsking(true)}>
          <UserX size={18} strokeWidth={1.75} aria-hidden="true" />
          Delete account
        </Button>
      </div>
      {asking ? (
        <Asking
          username={username}
          view={erasure.data}
          days={days}
          close={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

type AskingProps = { username: string; view: ErasureView; days: string; close: () => void };

function Asking({ username, view, days, close }: AskingProps): ReactNode {
  const erase = useErase();
  const last = erase.error instanceof RestError && erase.error.code === "conflict";
  const common = {
    action: "Delete account",
    busy: erase.isPending,
    error: last ? null : erase.error,
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Delete your account?"
      words={`It will be gone in ${days}. First show that it is you.`}
    >
      {last ? (
        <div className={styles["inside"]}>
          <Notice tone="danger">
            You are the last administrator. Make somebody else one first.
          </Notice>
        </div>
      ) : null}
      {view.proof.password || view.proof.passkey ? (
        <OwnerProof
          {...common}
          username={username}
          look="danger"
          send={(proof) => erase.mutate({ proof })}
        />
      ) : (
        <FreshProof
          {...common}
          code={view.proof.second_factor}
          send={(code) => erase.mutate({ code })}
        />
      )}
    </Dialog>
  );
}

function Waiting({ at }: { at: number }): ReactNode {
  const keep = useKeepAccount();
  return (
    <>
      <p className={styles["words"]}>
        Your account will be deleted on{" "}
        <time className={styles["when"]} dateTime={new Date(at).toISOString()} title={absolute(at)}>
          {date(at)}
        </time>
        . Until then you can read and write in your chats, and nobody finds you.
      </p>
      {keep.error ? <Notice tone="danger">{errorWords(keep.error)}</Notice> : null}
      <div>
        <Button look="primary" busy={keep.isPending} onClick={() => keep.mutate()}>
          Keep my account
        </Button>
      </div>
    </>
  );
}
