import { useQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { useState, type ReactNode } from "react";
import { emailQuery, useChangeEmail, useProveEmail } from "@/features/account/api/email";
import { factorQuery } from "@/features/account/api/factor";
import { isWhole } from "@/features/account/model/factor";
import { CodeField } from "@/features/account/ui/CodeField";
import { NewEmail } from "@/features/account/ui/NewEmail";
import styles from "@/features/account/ui/TwoStep.module.css";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type Open = "ask" | "prove" | null;

/** The address of the account, and the way to another one. */
export function ChangeEmail({ username }: { username: string }): ReactNode {
  const own = useQuery(emailQuery);
  const factor = useQuery(factorQuery);
  const [open, setOpen] = useState<Open>(null);
  const [changed, setChanged] = useState(false);
  if (own.error) return <Notice tone="danger">{errorWords(own.error)}</Notice>;
  if (!own.data) return <SkeletonRows count={1} label="Your address is loading" />;
  const pending = own.data.pending;
  return (
    <div className={styles["card"]}>
      {changed ? (
        <Notice>Your address is changed, and all other devices are logged out.</Notice>
      ) : null}
      <div className={styles["state"]}>
        <Mail size={20} strokeWidth={1.75} aria-hidden="true" />
        <div className={styles["words"]}>
          <p className={styles["address"]}>{own.data.email}</p>
          <p className={styles["meta"]}>
            {pending
              ? `Becomes ${pending.email} once you enter the code that went there.`
              : "For logging in, notices and new passwords. Nobody else sees it."}
          </p>
        </div>
      </div>
      <div className={styles["ways"]}>
        {pending ? <Button onClick={() => setOpen("prove")}>Enter the code</Button> : null}
        <Button onClick={() => setOpen("ask")}>Change address</Button>
      </div>
      {open === null ? null : (
        <Steps
          username={username}
          waiting={open === "prove" ? (pending?.email ?? null) : null}
          factorOn={factor.data?.on === true}
          close={() => setOpen(null)}
          done={() => {
            setChanged(true);
            setOpen(null);
          }}
        />
      )}
    </div>
  );
}

type StepsProps = {
  username: string;
  /** The address whose code is asked for; null to begin with a new one. */
  waiting: string | null;
  factorOn: boolean;
  close: () => void;
  done: () => void;
};

function Steps({ username, waiting, factorOn, close, done }: StepsProps): ReactNode {
  const ask = useChangeEmail();
  const [address, setAddress] = useState(waiting);
  return (
    <Dialog
      open
      onOpenChange={close}
      title={address === null ? "Change address" : "Check your mail"}
    >
      {address === null ? (
        <NewEmail
          username={username}
          factorOn={factorOn}
          busy={ask.isPending}
          error={ask.error}
          send={(body) => ask.mutate(body, { onSuccess: () => setAddress(body.email) })}
        />
      ) : (
        <Code address={address} done={done} />
      )}
    </Dialog>
  );
}

function Code({ address, done }: { address: string; done: () => void }): ReactNode {
  const prove = useProveEmail();
  const [code, setCode] = useState("");
  const send = (text: string): void => prove.mutate({ code: text }, { onSuccess: done });
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole("app", code)) send(code);
      }}
      noValidate
    >
      <p>
        We sent a six-digit code to <strong className={styles["address"]}>{address}</strong>. It is
        good for ten minutes. No mail? Then it may be the address of another account.
      </p>
      <CodeField
        kind="app"
        value={code}
        onValue={setCode}
        onWhole={send}
        words={prove.error ? errorWords(prove.error) : ""}
      />
      <p className={styles["meta"]}>All your other devices will be logged out.</p>
      <div className={styles["ends"]}>
        <Button
          type="submit"
          look="primary"
          busy={prove.isPending}
          disabled={!isWhole("app", code)}
        >
          Change address
        </Button>
      </div>
    </form>
  );
}
