import { useCallback, useEffect, useRef, useState } from "react";
import { lasting, stopped, typed, type Typists } from "@/features/conversation/model/typists";
import { limits } from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import type { Signal } from "@/shared/realtime/client";

/** Who types in the chat that this page shows; says to the gateway that it is shown. */
export function useTypists(chat: string): Typists {
  const { client } = useLive();
  const [typists, setTypists] = useState<Typists>([]);

  useEffect(() => {
    const look = (): void => client.look(document.visibilityState === "visible" ? chat : null);
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      client.look(null);
    };
  }, [client, chat]);

  useSignals(
    useCallback(
      (signal: Signal): void => {
        if (signal.kind === "typist" && signal.chat === chat) {
          setTypists((before) => typed(before, signal.by, Date.now()));
        } else if (signal.kind === "event" && signal.record.stream === `c:${chat}`) {
          setTypists((before) => stopped(before, signal.record.by));
        }
      },
      [chat],
    ),
  );

  useEffect(() => {
    if (typists.length === 0) return;
    const next = Math.min(...typists.map((one) => one.until));
    const timer = setTimeout(
      () => setTypists((before) => lasting(before, Date.now())),
      Math.max(next - Date.now(), 0),
    );
    return () => clearTimeout(timer);
  }, [typists]);

  return typists;
}

/** Says that one types, as often as it has to be said; call it with every change of the text. */
export function useTyping(chat: string): () => void {
  const { client } = useLive();
  const said = useRef(0);
  return useCallback(() => {
    const now = Date.now();
    if (now - said.current < limits.typingEveryMs) return;
    said.current = now;
    client.typing(chat);
  }, [client, chat]);
}
