import { Paperclip } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import styles from "@/features/conversation/ui/DropArea.module.css";

/**
 * Takes files that are dropped anywhere on the page, so that none opens in its place. Over the conversation it says
 * where they will be.
 */
export function DropArea({ onFiles }: { onFiles: (files: readonly File[]) => void }): ReactNode {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const files = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes("Files") === true;
    const drag = (event: DragEvent): void => {
      if (!files(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!files(event)) return;
      event.preventDefault();
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const heard = { dragenter: drag, dragover: drag, dragleave: leave, drop };
    for (const [name, listener] of Object.entries(heard)) {
      window.addEventListener(name, listener as EventListener);
    }
    return () => {
      for (const [name, listener] of Object.entries(heard)) {
        window.removeEventListener(name, listener as EventListener);
      }
    };
  }, [onFiles]);
  if (!over) return null;
  return (
    <div className={styles["area"]}>
      <p className={styles["words"]}>
        <Paperclip size={20} strokeWidth={1.75} aria-hidden="true" />
        Drop files to attach them
      </p>
    </div>
  );
}
