import { useState, type ReactNode } from "react";
import { useInvite } from "@/features/admin/api/admin";
import styles from "@/features/admin/ui/Admin.module.css";
import type { Proof } from "@/features/admin/ui/proof";
import { limits } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { Segmented } from "@/shared/ui/Segmented";
import { ToldOnce } from "@/shared/ui/ToldOnce";

const ENDS = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
const USES = [
  { value: "1", label: "1 person" },
  { value: "10", label: "10" },
  { value: "100", label: "100" },
] as const;

type NewInvitationProps = { proof: Proof; close: () => void };

/** For whom, how long, how many; then its link, the only time that it is shown. */
export function NewInvitation({ proof, close }: NewInvitationProps): ReactNode {
  const invite = useInvite();
  const [label, setLabel] = useState("");
  const [days, setDays] = useState<(typeof ENDS)[number]["value"]>("7");
  const [uses, setUses] = useState<(typeof USES)[number]["value"]>("1");
  if (invite.data !== undefined) {
    return (
      <ToldOnce
        title="The invitation is made"
        words="Whoever has this link can make an account. It is not shown again."
        secret={`${window.location.origin}/signup#${invite.data.token}`}
        close={close}
      />
    );
  }
  const full = invite.error instanceof RestError && invite.error.code === "conflict";
  return (
    <Dialog open onOpenChange={close} title="Make an invitation">
      <div className={styles["inside"]}>
        {full ? (
          <Notice tone="danger">
            {`There are ${limits.invitations} good invitations already, or registration is closed.`}
          </Notice>
        ) : null}
        <Field
          label="For"
          autoComplete="off"
          maxLength={limits.invitationLabelChars}
          value={label}
          hint="To tell it from others. Only administrators see it."
          onChange={(event) => setLabel(event.target.value)}
        />
        <div className={styles["choice"]}>
          <span>Good for</span>
          <Segmented label="Good for" value={days} options={ENDS} onChange={setDays} />
        </div>
        <div className={styles["choice"]}>
          <span>Lets in</span>
          <Segmented label="Lets in" value={uses} options={USES} onChange={setUses} />
        </div>
      </div>
      {proof({
        action: "Make it",
        look: "primary",
        busy: invite.isPending,
        error: full ? null : invite.error,
        send: (body) =>
          invite.mutate({
            label: label.trim(),
            days: Number(days),
            uses: Number(uses),
            proof: body,
          }),
      })}
    </Dialog>
  );
}
