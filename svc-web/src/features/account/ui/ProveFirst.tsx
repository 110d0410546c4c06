import type { ReactNode } from "react";
import { useProve } from "@/features/account/api/passkeys";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import { RestError } from "@/shared/lib/rest";
import { Dialog } from "@/shared/ui/Dialog";

type ProveFirstProps = { username: string; action: string; close: () => void; go: () => void };

/** What was asked for needs a proof: it is done after it. */
export function ProveFirst({ username, action, close, go }: ProveFirstProps): ReactNode {
  const prove = useProve();
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Is it you?"
      words="Show it once; you are not asked again for five minutes."
    >
      <OwnerProof
        username={username}
        action={action}
        look="danger"
        busy={prove.isPending}
        error={prove.error}
        send={(body) =>
          prove.mutate(body, {
            onSuccess: () => {
              close();
              go();
            },
          })
        }
      />
    </Dialog>
  );
}

/** Whether it was refused for want of a proof. */
export function isUnproved(error: unknown): boolean {
  return error instanceof RestError && error.code === "proof_needed";
}
