import type { ReactNode } from "react";
import { useEnrolFactor, useTurnOnFactor } from "@/features/account/api/factor";
import { FirstCode, PasswordFirst } from "@/features/account/ui/AppSetUp";
import { RecoveryCodes } from "@/features/account/ui/RecoveryCodes";
import { Dialog } from "@/shared/ui/Dialog";

type SetUpProps = { username: string; close: () => void };

/** Three steps: the password, the app with its first code, the recovery codes. */
export function TwoStepSetUp({ username, close }: SetUpProps): ReactNode {
  const enrol = useEnrolFactor();
  const turnOn = useTurnOnFactor();
  const title = turnOn.data ? "Keep your recovery codes" : "Set up two-step verification";
  return (
    <Dialog open onOpenChange={close} title={title}>
      {turnOn.data ? (
        <RecoveryCodes username={username} codes={turnOn.data.codes} done={close} />
      ) : enrol.data ? (
        <FirstCode
          enrolment={enrol.data}
          busy={turnOn.isPending}
          error={turnOn.error}
          send={(code) => turnOn.mutate({ code })}
        />
      ) : (
        <PasswordFirst
          username={username}
          busy={enrol.isPending}
          error={enrol.error}
          send={(current) => enrol.mutate({ current })}
        />
      )}
    </Dialog>
  );
}
