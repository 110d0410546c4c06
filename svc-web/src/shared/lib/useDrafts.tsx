import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { endpoints } from "@/shared/contracts/generated";
import { NO_DRAFT, type Draft, type Telling } from "@/shared/lib/draft";
import { Drafts } from "@/shared/lib/drafts";
import { useLive, useSignals } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import { draftsOf, keepDraft } from "@/shared/lib/store";
import { useLifetime } from "@/shared/lib/useLifetime";
import type { Signal } from "@/shared/realtime/client";

const DraftsContext = createContext<Drafts | null>(null);

/** One keeper of drafts for the whole session: they are told also when their chat is not open any more. */
export function DraftsProvider({ children }: { children: ReactNode }): ReactNode {
  const { client, me } = useLive();
  const begin = useCallback((): [Drafts, () => void] => {
    const shelf = {
      all: () => draftsOf(me.person, client.now()),
      keep: (chat: string, draft: Draft) => keepDraft(me.person, chat, draft),
    };
    const made = new Drafts(shelf, tell, client.now);
    const left = (): void => {
      if (document.visibilityState === "hidden") made.flushAll();
    };
    const back = (): void => made.flushAll();
    document.addEventListener("visibilitychange", left);
    window.addEventListener("online", back);
    return [
      made,
      () => {
        document.removeEventListener("visibilitychange", left);
        window.removeEventListener("online", back);
        made.close();
      },
    ];
  }, [client, me.person]);
  const drafts = useLifetime(begin);
  useSignals(
    useCallback(
      (signal: Signal) => {
        if (signal.kind === "state" && signal.state.kind === "live") drafts?.flushAll();
      },
      [drafts],
    ),
  );
  return drafts === null ? null : <DraftsContext value={drafts}>{children}</DraftsContext>;
}

export function useDrafts(): Drafts {
  const drafts = useContext(DraftsContext);
  if (drafts === null) throw new Error("useDrafts is used outside of DraftsProvider");
  return drafts;
}

/** The draft of a chat; without a keeper, as in the gallery, there is none. */
export function useDraft(chat: string): Draft {
  return useDraftPart(chat, (draft) => draft);
}

/** A part of it, for what need not be drawn with every key. */
export function useDraftPart<Part>(chat: string, part: (draft: Draft) => Part): Part {
  const drafts = useContext(DraftsContext);
  const now = (): Part => part(drafts?.of(chat) ?? NO_DRAFT);
  return useSyncExternalStore(drafts?.listen ?? unheard, now, now);
}

const unheard = () => () => undefined;

/** Tells the server when the composer of this chat is left. */
export function useDraftLeft(chat: string): void {
  const drafts = useDrafts();
  useEffect(() => () => drafts.flush(chat), [drafts, chat]);
}

function tell(chat: string, telling: Telling) {
  const path = { chat };
  if (telling.kind === "end") {
    return call(endpoints.endDraft, { path, query: { began: telling.began }, outlives: true });
  }
  const { text, replyTo, began, at } = telling.draft;
  const body = { text, began, at, ...(replyTo === null ? {} : { reply_to: replyTo }) };
  return call(endpoints.keepDraft, { path, body, outlives: true });
}
