import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { IconButton } from "@/shared/ui/Button";
import styles from "@/shared/ui/SidePane.module.css";

type SidePaneProps = {
  title: string;
  /** What the button that closes it is called. */
  close: string;
  onClose: () => void;
  root?: RefObject<HTMLElement | null>;
  children: ReactNode;
};

/** A column beside the open chat; on narrow screens it covers the chat. */
export function SidePane({ title, close, onClose, root, children }: SidePaneProps): ReactNode {
  return (
    <aside ref={root} className={styles["pane"]} aria-label={title}>
      <header className={styles["head"]}>
        <h2>{title}</h2>
        <IconButton label={close} side="left" onClick={onClose}>
          <X size={20} strokeWidth={1.75} />
        </IconButton>
      </header>
      {children}
    </aside>
  );
}
