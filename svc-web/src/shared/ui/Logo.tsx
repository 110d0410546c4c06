import type { ReactNode } from "react";

/** Two people, one line between them. */
export function Logo({ size = 28 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Nexync">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M10 22V11.5L22 20.5V10"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
