import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "@/shared/ui/cx";
import styles from "@/shared/ui/Menu.module.css";

type MenuProps = {
  trigger: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "end";
  /** Given when something besides the trigger opens it too. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
};

export function Menu({
  trigger,
  side = "bottom",
  align = "end",
  children,
  ...controlled
}: MenuProps): ReactNode {
  return (
    <DropdownMenu.Root {...controlled}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={styles["menu"]}
          // What was chosen may have led the focus elsewhere by now.
          onCloseAutoFocus={(event) => {
            if (document.activeElement !== document.body) event.preventDefault();
          }}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Items that belong together, below a line and what they have in common. */
export function MenuGroup({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Separator className={styles["line"]} />
      <DropdownMenu.Label className={styles["label"]}>{label}</DropdownMenu.Label>
      {children}
    </DropdownMenu.Group>
  );
}

type MenuItemProps = {
  icon: LucideIcon;
  danger?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

export function MenuItem({
  icon: Icon,
  danger = false,
  onSelect,
  children,
}: MenuItemProps): ReactNode {
  return (
    <DropdownMenu.Item
      className={cx(styles["item"], danger && styles["danger"])}
      onSelect={onSelect}
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      {children}
    </DropdownMenu.Item>
  );
}
