import { useQuery } from "@tanstack/react-query";
import { Plus, Ticket } from "lucide-react";
import { useState, type ReactNode } from "react";
import { invitationsQuery, useRevoke } from "@/features/admin/api/admin";
import { stateOf } from "@/features/admin/model/words";
import styles from "@/features/admin/ui/Admin.module.css";
import { NewInvitation } from "@/features/admin/ui/NewInvitation";
import type { Proof } from "@/features/admin/ui/proof";
import type { InstanceView, InvitationView } from "@/shared/contracts/generated";
import { absolute, date } from "@/shared/lib/time";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { SkeletonRows } from "@/shared/ui/Skeleton";

const RULES: Record<InstanceView["registration"], string> = {
  open: "Anybody can make an account here, so nobody needs an invitation.",
  domains:
    "Addresses at certain domains can make an account by themselves. Everybody else needs an invitation.",
  invite: "Accounts are made by invitation only.",
  closed: "Nobody can make an account here, not even with an invitation.",
};

type InvitationsProps = {
  /** What the settings say; undefined while it isn’t known. */
  registration: InstanceView["registration"] | undefined;
  now: number;
  proof: Proof;
};

/** Links that make accounts, with an end and a number of uses. */
export function Invitations({ registration, now, proof }: InvitationsProps): ReactNode {
  const invitations = useQuery(invitationsQuery);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<InvitationView | null>(null);
  const found = invitations.data;
  return (
    <>
      {registration === undefined ? null : <p className={styles["intro"]}>{RULES[registration]}</p>}
      <LoadError error={invitations.error} onAgain={() => void invitations.refetch()} />
      {found === undefined ? (
        invitations.error ? null : (
          <SkeletonRows count={2} label="Invitations are loading" />
        )
      ) : found.length === 0 ? (
        <Empty
          icon={Ticket}
          title="No invitations yet"
          words="Make one, and give its link to whom you want here."
        />
      ) : (
        <ul className={styles["list"]} aria-label="Invitations">
          {found.map((one) => (
            <Row key={one.invitation} one={one} now={now} onRevoke={() => setRevoking(one)} />
          ))}
        </ul>
      )}
      <div>
        <Button look="primary" disabled={registration === "closed"} onClick={() => setMaking(true)}>
          <Plus size={18} strokeWidth={1.75} aria-hidden="true" />
          Make an invitation
        </Button>
      </div>
      {making ? <NewInvitation proof={proof} close={() => setMaking(false)} /> : null}
      {revoking === null ? null : (
        <Revoke one={revoking} proof={proof} close={() => setRevoking(null)} />
      )}
    </>
  );
}

type RowProps = { one: InvitationView; now: number; onRevoke: () => void };

function Row({ one, now, onRevoke }: RowProps): ReactNode {
  const state = stateOf(one, now);
  const name = one.label === "" ? "Invitation" : one.label;
  return (
    <li className={styles["row"]} data-over={state !== "good"}>
      <Ticket size={20} strokeWidth={1.75} aria-hidden="true" className={styles["icon"]} />
      <div className={styles["words"]}>
        <p className={styles["name"]} dir="auto">
          {name}
        </p>
        <p className={styles["meta"]}>
          {one.uses} of {one.most} used · by @{one.by}
        </p>
        <p className={styles["meta"]}>
          {state === "good" ? (
            <time
              dateTime={new Date(one.expires_at).toISOString()}
              title={absolute(one.expires_at)}
            >
              Good until {date(one.expires_at)}
            </time>
          ) : (
            `It is ${state}.`
          )}
        </p>
      </div>
      {state === "good" ? (
        <Button small aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </Button>
      ) : null}
    </li>
  );
}

type RevokeProps = { one: InvitationView; proof: Proof; close: () => void };

function Revoke({ one, proof, close }: RevokeProps): ReactNode {
  const revoke = useRevoke();
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Revoke the invitation?"
      words="Its link lets nobody in any more. Accounts that it made stay."
    >
      {proof({
        action: "Revoke",
        look: "danger",
        busy: revoke.isPending,
        error: revoke.error,
        send: (body) =>
          revoke.mutate({ invitation: one.invitation, proof: body }, { onSuccess: close }),
      })}
    </Dialog>
  );
}
