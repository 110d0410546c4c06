import { useQuery } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState, type ReactNode } from "react";
import {
  factorQuery,
  useRenewRecoveryCodes,
  useTurnOffFactor,
} from "@/features/account/api/factor";
import { leftWords } from "@/features/account/model/factor";
import { FactorProof } from "@/features/account/ui/FactorProof";
import { RecoveryCodes } from "@/features/account/ui/RecoveryCodes";
import styles from "@/features/account/ui/TwoStep.module.css";
import { TwoStepSetUp } from "@/features/account/ui/TwoStepSetUp";
import type { FactorView } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/cx";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type Open = "setUp" | "off" | "codes" | null;

type TwoStepProps = { username: string; now: number };

/** Two-step verification: its state, and the ways to change it. */
export function TwoStep({ username, now }: TwoStepProps): ReactNode {
  const factor = useQuery(factorQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  if (factor.error) return <Notice tone="danger">{errorWords(factor.error)}</Notice>;
  if (!factor.data) return <SkeletonRows count={1} label="Two-step verification is loading" />;
  return (
    <div className={styles["card"]}>
      <State factor={factor.data} now={now} />
      {factor.data.on ? (
        <div className={styles["ways"]}>
          <Button onClick={() => setOpen("codes")}>New recovery codes</Button>
          <Button look="danger" onClick={() => setOpen("off")}>
            Turn off
          </Button>
        </div>
      ) : factor.data.available ? (
        <div>
          <Button onClick={() => setOpen("setUp")}>Set up</Button>
        </div>
      ) : null}
      {open === "setUp" ? <TwoStepSetUp username={username} close={close} /> : null}
      {open === "off" ? <TurnOff username={username} close={close} /> : null}
      {open === "codes" ? <NewCodes username={username} close={close} /> : null}
    </div>
  );
}

function State({ factor, now }: { factor: FactorView; now: number }): ReactNode {
  const Icon = factor.on ? ShieldCheck : ShieldOff;
  return (
    <div className={styles["state"]}>
      <Icon
        size={20}
        strokeWidth={1.75}
        aria-hidden="true"
        className={cx(factor.on && styles["on"])}
      />
      <div className={styles["words"]}>
        <p className={styles["name"]}>{factor.on ? "On" : "Off"}</p>
        <p className={styles["meta"]}>
          {factor.on ? "Logging in needs your password and a code." : offWords(factor)}
        </p>
        {factor.on ? (
          <p className={cx(styles["meta"], factor.recovery_left <= 3 && styles["few"])}>
            {leftWords(factor.recovery_left)}
            {factor.since === null ? null : (
              <time dateTime={new Date(factor.since).toISOString()} title={absolute(factor.since)}>
                {` On since ${listTime(factor.since, now)}.`}
              </time>
            )}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function offWords(factor: FactorView): string {
  return factor.available
    ? "Who learns your password can't log in without a code from your phone."
    : "This server is not set up for it. Whoever runs it can change that.";
}

type PartProps = { username: string; close: () => void };

function TurnOff({ username, close }: PartProps): ReactNode {
  const off = useTurnOffFactor();
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Turn off two-step verification"
      words="From then on your password alone is enough to log in. Your recovery codes work no more, and all your other devices are logged out."
    >
      <FactorProof
        username={username}
        action="Turn off"
        look="danger"
        busy={off.isPending}
        error={off.error}
        send={(body) => off.mutate(body, { onSuccess: close })}
      />
    </Dialog>
  );
}

function NewCodes({ username, close }: PartProps): ReactNode {
  const renew = useRenewRecoveryCodes();
  return (
    <Dialog
      open
      onOpenChange={close}
      title="New recovery codes"
      {...(renew.data
        ? {}
        : {
            words:
              "The codes that you have now work no more, and all your other devices are logged out.",
          })}
    >
      {renew.data ? (
        <RecoveryCodes username={username} codes={renew.data.codes} done={close} />
      ) : (
        <FactorProof
          username={username}
          action="Make new codes"
          look="primary"
          busy={renew.isPending}
          error={renew.error}
          send={(body) => renew.mutate(body)}
        />
      )}
    </Dialog>
  );
}
