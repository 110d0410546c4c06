import {
  useMutation,
  useMutationState,
  useQueryClient,
  type QueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { chatsQuery } from "@/features/chats/api/chats";
import { foldMark } from "@/features/chats/model/list";
import { foldOwn, ownProblem, type OwnChange } from "@/features/chats/model/own";
import { endpoints, type OwnChatView } from "@/shared/contracts/generated";
import { useSignals } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import type { Signal } from "@/shared/realtime/client";

function take(queries: QueryClient, own: OwnChatView): void {
  const known = queries.getQueryData(chatsQuery.queryKey);
  if (known !== undefined) queries.setQueryData(chatsQuery.queryKey, foldOwn(known, own));
}

const CHANGE_KEY = ["own_chat"];

/** Mute, archive, mark as unread or pin. */
export function useChangeOwn(): UseMutationResult<OwnChatView, Error, OwnChange> {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: CHANGE_KEY,
    // Without a connection one is told at once, instead of a change that comes as a surprise later.
    networkMode: "always",
    mutationFn: ({ chat, change }) =>
      call(endpoints.changeOwnChat, { path: { chat }, body: change }),
    onSuccess: (own, { change }) => {
      take(queries, own);
      // Only a muted chat tells how many messages name one.
      if (change.muted_until !== undefined) {
        void queries.invalidateQueries({ queryKey: chatsQuery.queryKey, exact: true });
      }
    },
  });
}

/** Why the last change was not made, in words; null when it was, or the words were read. */
export function useOwnProblem(): { words: string | null; dismiss: () => void } {
  const queries = useQueryClient();
  const last = useMutationState({
    filters: { mutationKey: CHANGE_KEY },
    select: ({ state }) => ({
      at: state.submittedAt,
      words:
        state.status === "error" ? ownProblem(state.variables as OwnChange, state.error) : null,
    }),
  }).reduce<{ at: number; words: string | null }>(
    (newest, one) => (one.at >= newest.at ? one : newest),
    { at: 0, words: null },
  );
  const dismiss = (): void => {
    const mutations = queries.getMutationCache();
    for (const one of mutations.findAll({ mutationKey: CHANGE_KEY, status: "error" })) {
      mutations.remove(one);
    }
  };
  return { words: last.words, dismiss };
}

/** What another page of the same person changed. A word that was lost is made up for after a reconnect. */
export function useOwnLive(): void {
  const queries = useQueryClient();
  const again = useCallback(
    () => void queries.invalidateQueries({ queryKey: chatsQuery.queryKey, exact: true }),
    [queries],
  );
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [again]);
  useSignals(
    useCallback(
      (signal: Signal): void => {
        if (signal.kind === "state" && signal.state.kind === "live") again();
        if (signal.kind === "read") {
          const known = queries.getQueryData(chatsQuery.queryKey);
          if (known === undefined) return;
          const folded = foldMark(known, signal.chat, signal.seq, signal.n);
          if (folded === null) again();
          else queries.setQueryData(chatsQuery.queryKey, folded);
        }
        if (signal.kind !== "own_chat") return;
        void call(endpoints.ownChat, { path: { chat: signal.chat } })
          .then((own) => take(queries, own))
          .catch(again);
      },
      [queries, again],
    ),
  );
}
