import type { ReactNode } from "react";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type LoadErrorProps = { error: Error | null; onAgain: () => void };

/** What could not be loaded, in words, with a way to try again; nothing while there is no error. */
export function LoadError({ error, onAgain }: LoadErrorProps): ReactNode {
  if (error === null) return null;
  return (
    <Notice
      tone="danger"
      action={
        <Button look="quiet" small onClick={onAgain}>
          Try again
        </Button>
      }
    >
      {errorWords(error)}
    </Notice>
  );
}
