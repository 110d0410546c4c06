import type { ReactNode } from "react";
import { useBlock } from "@/features/people/api/profiles";
import type { PersonView } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";

/** In place of the composer: why one can't write to somebody, and the way out. */
export function BlockedLine({ person }: { person: PersonView }): ReactNode {
  const unblock = useBlock(false);
  return (
    <>
      <span>
        {unblock.error === null ? (
          <>
            You blocked <bdi>{person.name}</bdi>. What they write doesn’t reach you.
          </>
        ) : (
          errorWords(unblock.error)
        )}
      </span>
      <Button small busy={unblock.isPending} onClick={() => unblock.mutate(person.person)}>
        Unblock
      </Button>
    </>
  );
}
