import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil } from "lucide-react";
import { useState, type ReactNode } from "react";
import { passkeysQuery, passkeysWork, useRemovePasskey } from "@/features/account/api/passkeys";
import { servedHere, useWords } from "@/features/account/model/passkeys";
import { AddPasskey } from "@/features/account/ui/AddPasskey";
import { NamePasskey } from "@/features/account/ui/NamePasskey";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import rows from "@/features/account/ui/Sessions.module.css";
import styles from "@/features/account/ui/TwoStep.module.css";
import { limits, type PasskeyItem } from "@/shared/contracts/generated";
import { absolute } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type Open = "add" | { rename: PasskeyItem } | { remove: PasskeyItem } | null;

type PasskeysProps = { username: string; now: number };

/** The passkeys that open the account: add, rename and remove them. */
export function Passkeys({ username, now }: PasskeysProps): ReactNode {
  const found = useQuery(passkeysQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  if (found.error) return <Notice tone="danger">{errorWords(found.error)}</Notice>;
  if (!found.data) return <SkeletonRows count={1} label="Passkeys are loading" />;
  const { passkeys, rp_id: rpId } = found.data;
  const why = unusable(rpId);
  const full = passkeys.length >= limits.passkeys;
  return (
    <>
      {passkeys.length > 0 ? (
        <ul className={rows["list"]}>
          {passkeys.map((one) => (
            <Row
              key={one.id}
              one={one}
              now={now}
              rename={() => setOpen({ rename: one })}
              remove={() => setOpen({ remove: one })}
            />
          ))}
        </ul>
      ) : (
        <p className={rows["alone"]}>
          {why ??
            "With a passkey you log in by fingerprint, face or PIN, without password or code."}
        </p>
      )}
      {passkeys.length > 0 && why !== null ? <p className={rows["alone"]}>{why}</p> : null}
      {full ? (
        <p className={rows["alone"]}>{`You have ${limits.passkeys}, as many as one can have.`}</p>
      ) : null}
      {why === null && !full ? (
        <div>
          <Button onClick={() => setOpen("add")}>Add a passkey</Button>
        </div>
      ) : null}
      {open === "add" ? <AddPasskey username={username} close={close} /> : null}
      {open !== null && typeof open === "object" && "rename" in open ? (
        <Dialog open onOpenChange={close} title="Rename the passkey">
          <NamePasskey one={open.rename} done={close} />
        </Dialog>
      ) : null}
      {open !== null && typeof open === "object" && "remove" in open ? (
        <Remove username={username} one={open.remove} close={close} />
      ) : null}
    </>
  );
}

/** Why none can be added here; null when one can. */
function unusable(rpId: string | null): string | null {
  if (rpId === null)
    return "This server is not set up for passkeys. Whoever runs it can change that.";
  if (!servedHere(rpId, location.hostname)) {
    return `Passkeys work at ${rpId} only. Open Nexync there to add one.`;
  }
  return passkeysWork() ? null : "This browser can't use passkeys.";
}

type RowProps = { one: PasskeyItem; now: number; rename: () => void; remove: () => void };

function Row({ one, now, rename, remove }: RowProps): ReactNode {
  const last = one.used_at ?? one.created_at;
  return (
    <li className={rows["row"]}>
      <KeyRound size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className={rows["words"]}>
        <p className={rows["device"]}>{one.name}</p>
        <p className={rows["meta"]}>
          <time dateTime={new Date(last).toISOString()} title={absolute(last)}>
            {useWords(one, now)}
          </time>
          {one.synced ? " · synced" : null}
        </p>
      </div>
      <div className={styles["tools"]}>
        <IconButton label={`Rename ${one.name}`} onClick={rename}>
          <Pencil size={18} strokeWidth={1.75} />
        </IconButton>
        <Button small aria-label={`Remove ${one.name}`} onClick={remove}>
          Remove
        </Button>
      </div>
    </li>
  );
}

type RemoveProps = { username: string; one: PasskeyItem; close: () => void };

function Remove({ username, one, close }: RemoveProps): ReactNode {
  const remove = useRemovePasskey();
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Remove the passkey"
      words={`“${one.name}” opens your account no more. Delete it in your browser or device too.`}
    >
      <OwnerProof
        username={username}
        action="Remove"
        look="danger"
        busy={remove.isPending}
        error={remove.error}
        send={(body) => remove.mutate({ passkey: one.id, body }, { onSuccess: close })}
      />
    </Dialog>
  );
}
