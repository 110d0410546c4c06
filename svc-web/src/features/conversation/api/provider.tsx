import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { ConversationDriver } from "@/features/conversation/api/driver";
import { Outbox } from "@/features/conversation/api/outbox";
import type { Conversation } from "@/features/conversation/model/state";
import { useLive } from "@/shared/lib/live";
import { useLifetime } from "@/shared/lib/useLifetime";

const OutboxContext = createContext<Outbox | null>(null);

/** One outbox for the whole session: messages go out also when their chat is not open. */
export function OutboxProvider({ children }: { children: ReactNode }): ReactNode {
  const { client, me } = useLive();
  const begin = useCallback((): [Outbox, () => void] => {
    const made = new Outbox(client, me.person);
    return [made, () => made.close()];
  }, [client, me.person]);
  const outbox = useLifetime(begin);
  useEffect(() => {
    // The browser asks before the page is left with files that were not sent.
    const ask = (event: BeforeUnloadEvent): void => {
      if (outbox?.unsent === true) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [outbox]);
  return outbox === null ? null : <OutboxContext value={outbox}>{children}</OutboxContext>;
}

export function useOutbox(): Outbox {
  const outbox = useContext(OutboxContext);
  if (outbox === null) throw new Error("useOutbox is used outside of OutboxProvider");
  return outbox;
}

/** The driver of one open conversation; it lives as long as the view. `readSeq` is read once. */
export function useDriver(chat: string, readSeq: number): ConversationDriver | null {
  const { client, me } = useLive();
  const outbox = useOutbox();
  const [mark] = useState(readSeq);
  const begin = useCallback((): [ConversationDriver, () => void] => {
    const made = new ConversationDriver(chat, me.person, client, outbox, mark);
    return [made, () => made.close()];
  }, [chat, me.person, client, outbox, mark]);
  return useLifetime(begin);
}

export function useConversation(driver: ConversationDriver): Conversation {
  return useSyncExternalStore(driver.subscribe, driver.state, driver.state);
}

/** Tells the server how far one has read. */
export function useMarkRead(chat: string): (seq: number) => void {
  const { client } = useLive();
  return useCallback((seq: number) => client.mark(chat, { read: seq }), [client, chat]);
}
