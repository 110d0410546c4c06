import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "@/shared/ui/cx";
import styles from "@/shared/ui/Menu.module.css";

type MenuProps = {
  trigger: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "end";
  children: ReactNode;
};

export function Menu({ trigger, side = "bottom", align = "end", children }: MenuProps): ReactNode {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={styles["menu"]}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
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
