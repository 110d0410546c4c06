import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/shared/ui/cx";
import { Spinner } from "@/shared/ui/Spinner";
import { Tip } from "@/shared/ui/Tip";
import styles from "@/shared/ui/Button.module.css";

type ButtonProps = ComponentProps<"button"> & {
  look?: "primary" | "secondary" | "quiet" | "danger";
  small?: boolean;
  wide?: boolean;
  /** Keeps its size and shows that something is on its way. */
  busy?: boolean;
};

const LOOKS = {
  primary: styles["primary"],
  secondary: styles["secondary"],
  quiet: styles["quiet"],
  danger: styles["danger"],
};

export function Button({
  look = "secondary",
  small = false,
  wide = false,
  busy = false,
  type = "button",
  disabled,
  className,
  children,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={cx(
        styles["button"],
        LOOKS[look],
        small && styles["small"],
        wide && styles["wide"],
        className,
      )}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  /** What it does, for screen readers and as a tip. */
  label: string;
  side?: "top" | "right" | "bottom" | "left";
};

export function IconButton({
  label,
  side = "bottom",
  type = "button",
  className,
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <Tip words={label} side={side}>
      <button {...rest} type={type} aria-label={label} className={cx(styles["icon"], className)} />
    </Tip>
  );
}
