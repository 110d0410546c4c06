import { Pin, PinOff } from "lucide-react";
import { useState, type ReactNode } from "react";
import { piecesOf, plain } from "@/features/conversation/model/markdown";
import type { Pinned } from "@/features/conversation/model/pins";
import styles from "@/features/conversation/ui/PinnedBar.module.css";
import { COVERED } from "@/shared/lib/said";
import { IconButton } from "@/shared/ui/Button";

type PinnedBarProps = {
  /** The newest first, at least one. */
  pins: readonly Pinned[];
  /** May take pins away. */
  admin: boolean;
  nameOf: (person: string) => string;
  /** Whose messages are covered. */
  blocked: ReadonlySet<string>;
  onShow: (seq: number) => void;
  onUnpin: (seq: number) => void;
};

/** Pinned messages one at a time: pressing goes to the message, and on to the next one. */
export function PinnedBar(props: PinnedBarProps): ReactNode {
  const { pins, admin, nameOf, blocked, onShow, onUnpin } = props;
  const [at, setAt] = useState(0);
  const index = Math.min(at, pins.length - 1);
  const pin = pins[index];
  if (pin === undefined) return null;
  const several = pins.length > 1;
  const title = several ? `Pinned message ${index + 1} of ${pins.length}` : "Pinned message";
  const words = blocked.has(pin.author) ? COVERED : plain(piecesOf(pin.body)).trim();
  return (
    <div className={styles["bar"]} role="region" aria-label="Pinned messages">
      <button
        type="button"
        className={styles["pin"]}
        title={`Pinned by ${nameOf(pin.by)}`}
        onClick={() => {
          onShow(pin.target);
          setAt((index + 1) % pins.length);
        }}
      >
        <Pin size={18} strokeWidth={1.75} aria-hidden="true" />
        <span className={styles["text"]}>
          <span className={styles["title"]}>
            {title}
            <span className="visually-hidden">, {pin.hook ?? nameOf(pin.author)}: </span>
          </span>
          <span className={styles["words"]} dir="auto">
            {words}
          </span>
          <span className="visually-hidden">. Show it</span>
        </span>
      </button>
      {admin ? (
        <IconButton label="Unpin" side="left" onClick={() => onUnpin(pin.target)}>
          <PinOff size={18} strokeWidth={1.75} />
        </IconButton>
      ) : null}
    </div>
  );
}
