import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "@/shared/ui/Button";
import styles from "@/shared/ui/Dialog.module.css";

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  words?: string;
  children: ReactNode;
};

/** In the middle on a wide page, a sheet from below on a narrow one. */
export function Dialog({ open, onOpenChange, title, words, children }: DialogProps): ReactNode {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={styles["scrim"]} />
        <Primitive.Content
          className={styles["dialog"]}
          // Else the first button is focused, its tooltip opens, and takes the first Escape for itself.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
          {...(words === undefined ? { "aria-describedby": undefined } : {})}
        >
          <header className={styles["head"]}>
            <Primitive.Title className={styles["title"]}>{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label="Close" side="left">
                <X size={20} strokeWidth={1.75} />
              </IconButton>
            </Primitive.Close>
          </header>
          {words === undefined ? null : (
            <Primitive.Description className={styles["words"]}>{words}</Primitive.Description>
          )}
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
