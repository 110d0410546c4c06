import { CloudOff } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import styles from "@/app/_shell/Sidebar.module.css";
import { useLive } from "@/shared/lib/live";
import { Spinner } from "@/shared/ui/Spinner";
import type { RealtimeState } from "@/shared/realtime/client";

/** A short blip is nobody's business; a longer one is said. Milliseconds. */
const PATIENCE_MS = 1_500;

export function ConnectionLine({ state }: { state: RealtimeState }): ReactNode {
  const { client } = useLive();
  const troubled = state.kind !== "live" && state.kind !== "idle";
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(troubled), troubled ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [troubled]);
  if (!told || !troubled) return null;
  if (state.kind === "closed") {
    return state.reason === "refused" ? (
      <div className={styles["line"]} role="status">
        <CloudOff size={16} strokeWidth={2} aria-hidden="true" />
        <span>This page is too old. Reload it to go on.</span>
        <button type="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      </div>
    ) : null;
  }
  if (state.kind === "waiting") {
    return (
      <div className={styles["line"]} role="status">
        <CloudOff size={16} strokeWidth={2} aria-hidden="true" />
        <span>No connection. What you write is sent later.</span>
        <button type="button" onClick={() => client.nudge()}>
          Try now
        </button>
      </div>
    );
  }
  return (
    <div className={styles["line"]} role="status">
      <Spinner />
      <span>{state.kind === "connecting" ? "Connecting…" : "Catching up…"}</span>
    </div>
  );
}
