import { CloudOff } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import styles from "@/app/_shell/Sidebar.module.css";
import { useLive, useRealtimeState } from "@/shared/lib/live";
import { Spinner } from "@/shared/ui/Spinner";

/** A short blip is nobody's business; a longer one is said. Milliseconds. */
const PATIENCE_MS = 1_500;

export type Trouble = "waiting" | "connecting" | "refused";

/** What is wrong with the line, once it has been wrong for a while. */
export function useTrouble(): Trouble | null {
  const state = useRealtimeState();
  const troubled = state.kind !== "live" && state.kind !== "idle";
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(troubled), troubled ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [troubled]);
  if (!told) return null;
  switch (state.kind) {
    case "waiting":
      return "waiting";
    case "connecting":
    case "resuming":
      return "connecting";
    case "closed":
      return state.reason === "refused" ? "refused" : null;
    case "idle":
    case "live":
      return null;
  }
}

export function ConnectionLine(): ReactNode {
  const { client } = useLive();
  switch (useTrouble()) {
    case null:
      return null;
    case "refused":
      return (
        <Line words="This page is too old. Reload it to go on.">
          <button type="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        </Line>
      );
    case "waiting":
      return (
        <Line words="No connection. What you write is sent later.">
          <button type="button" onClick={() => client.nudge()}>
            Try now
          </button>
        </Line>
      );
    case "connecting":
      return (
        <div className={styles["line"]} role="status">
          <Spinner />
          <span>Connecting…</span>
        </div>
      );
  }
}

function Line({ words, children }: { words: string; children: ReactNode }): ReactNode {
  return (
    <div className={styles["line"]} role="status">
      <CloudOff size={16} strokeWidth={2} aria-hidden="true" />
      <span>{words}</span>
      {children}
    </div>
  );
}
