import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import styles from "@/shared/ui/Tip.module.css";

type TipProps = {
  words: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
};

export function Tip({ words, side = "top", children }: TipProps): ReactNode {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content side={side} sideOffset={6} collisionPadding={8} className={styles["tip"]}>
          {words}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** Around the whole page: the first tip waits, the next ones come at once. */
export function TipScope({ children }: { children: ReactNode }): ReactNode {
  return <Tooltip.Provider delayDuration={500}>{children}</Tooltip.Provider>;
}
