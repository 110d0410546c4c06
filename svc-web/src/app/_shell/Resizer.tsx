import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Sidebar.module.css";

const KEY = "nexync.list-width";
const LEAST = 300;
const MOST = 400;
const STEP = 10;

const clamp = (width: number): number => Math.min(MOST, Math.max(LEAST, Math.round(width)));

/** The width of the list in pixels, kept on this device. */
export function useWidth(): [number, (width: number) => void] {
  const [width, setWidth] = useState(() => clamp(Number(localStorage.getItem(KEY) ?? 340)));
  return [
    width,
    (wanted) => {
      const next = clamp(wanted);
      localStorage.setItem(KEY, String(next));
      setWidth(next);
    },
  ];
}

type ResizerProps = { width: number; onWidth: (width: number) => void };

export function Resizer({ width, onWidth }: ResizerProps): ReactNode {
  return (
    // A separator that can be focused and moved is a widget (WAI-ARIA window splitter).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the list"
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- moved by the arrow keys
      tabIndex={0}
      className={styles["resizer"]}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          onWidth(width + event.movementX);
      }}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") onWidth(width - STEP);
        if (event.key === "ArrowRight") onWidth(width + STEP);
      }}
    />
  );
}
