import { useEffect, useRef, type PointerEvent } from "react";

const PRESS_MS = 450;
const PRESS_PX = 10;

/** A finger that stays on it; moving on is scrolling. */
export function useLongPress(onPress: () => void, enabled: boolean) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const start = useRef({ x: 0, y: 0 });
  const stop = (): void => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  };
  useEffect(() => stop, []);
  if (!enabled) return {};
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "touch") return;
      start.current = { x: event.clientX, y: event.clientY };
      stop();
      timer.current = setTimeout(onPress, PRESS_MS);
    },
    onPointerMove: (event: PointerEvent) => {
      const moved = Math.hypot(event.clientX - start.current.x, event.clientY - start.current.y);
      if (moved > PRESS_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onPointerLeave: stop,
  };
}
