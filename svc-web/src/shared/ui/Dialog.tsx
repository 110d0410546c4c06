import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { useRef, type ReactNode } from "react";
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
  const opener = useRef<HTMLElement | null>(null);
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={styles["scrim"]} />
        <Primitive.Content
          className={styles["dialog"]}
          // Else the first button is focused, its tooltip opens, and takes the first Escape for itself.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            opener.current = openerOf(document.activeElement);
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
          // What closed it may have led the focus elsewhere by now.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (document.activeElement === document.body) {
              opener.current?.focus({ preventScroll: true });
            }
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

/** Where the focus goes back to: what had it, or the button of the menu that had it, which is gone by then. */
function openerOf(focused: Element | null): HTMLElement | null {
  const trigger = focused?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  if (typeof trigger === "string") return document.getElementById(trigger);
  return focused instanceof HTMLElement ? focused : null;
}
