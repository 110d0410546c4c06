import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { providersQuery, useStartProvider } from "@/features/account/api/providers";
import styles from "@/features/account/ui/Providers.module.css";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

type ProviderButtonsProps = {
  /** For who has no account yet. */
  invitation?: string | null;
};

/** The ways in besides the form; nothing where no provider is configured. */
export function ProviderButtons({ invitation = null }: ProviderButtonsProps): ReactNode {
  const providers = useQuery(providersQuery);
  const start = useStartProvider();
  if (!providers.data || providers.data.length === 0) return null;
  // Between the answer and the provider's page it is still on its way.
  const leaving = start.isPending || start.isSuccess;
  return (
    <div className={styles["ways"]} role="group" aria-label="Other ways to log in">
      <p className={styles["or"]} aria-hidden="true">
        <span>or</span>
      </p>
      {start.error ? <Notice tone="danger">{errorWords(start.error)}</Notice> : null}
      {providers.data.map(({ id, label }) => (
        <Button
          key={id}
          wide
          busy={leaving && start.variables.provider === id}
          disabled={leaving}
          onClick={() => start.mutate({ provider: id, invitation })}
        >
          Continue with {label}
        </Button>
      ))}
    </div>
  );
}
