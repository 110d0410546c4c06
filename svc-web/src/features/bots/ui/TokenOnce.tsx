import type { ReactNode } from "react";
import type { BotTokenView } from "@/shared/contracts/generated";
import { ToldOnce } from "@/shared/ui/ToldOnce";

type TokenOnceProps = { told: BotTokenView; close: () => void };

/** The token of a bot that was made or has got another one. */
export function TokenOnce({ told, close }: TokenOnceProps): ReactNode {
  return (
    <ToldOnce
      title={`The token of ${told.bot.name}`}
      words="Whoever has it can read and write as this bot. It is not shown again."
      secret={told.token}
      close={close}
    />
  );
}
