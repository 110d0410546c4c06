import type { ReactNode } from "react";
import { useAddPasskey } from "@/features/account/api/passkeys";
import { NamePasskey } from "@/features/account/ui/NamePasskey";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import { Dialog } from "@/shared/ui/Dialog";

type AddPasskeyProps = { username: string; close: () => void };

/** Three steps: the owner's proof, what the browser asks, a name. */
export function AddPasskey({ username, close }: AddPasskeyProps): ReactNode {
  const add = useAddPasskey();
  return (
    <Dialog
      open
      onOpenChange={close}
      title={add.data ? "Your passkey is ready" : "Add a passkey"}
      words={
        add.data
          ? "Give it a name by which you will know it again."
          : "First show that it is you. Then your browser asks where to keep the passkey."
      }
    >
      {add.data ? (
        <NamePasskey one={add.data} done={close} />
      ) : (
        <OwnerProof
          username={username}
          action="Go on"
          look="primary"
          busy={add.isPending}
          error={add.error}
          send={(body) => add.mutate(body)}
        />
      )}
    </Dialog>
  );
}
