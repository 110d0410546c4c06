import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { foldEvent, keepNewer } from "@/features/chats/model/list";
import {
  endpoints,
  type ChatView,
  type CommandDone,
  type CreateChatBody,
} from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import { call, RestError } from "@/shared/lib/rest";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { Signal } from "@/shared/realtime/client";

/** Pages of the list that are read at most: 2,000 chats. */
const PAGES_MAX = 10;
const NEW_CHAT_TRIES = 6;
const NEW_CHAT_MS = 400;
/** Reasons to read the list again that come within so many milliseconds are one. */
const COALESCE_MS = 100;

export const chatsQuery = queryOptions({
  queryKey: ["chats"],
  queryFn: async ({ client, signal }): Promise<ChatView[]> => {
    const chats: ChatView[] = [];
    let after: string | null = null;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer: { chats: ChatView[]; next: string | null } = await call(endpoints.chats, {
        query: after === null ? { limit: 200 } : { limit: 200, after },
        signal,
      });
      chats.push(...answer.chats);
      after = answer.next;
      if (after === null) break;
    }
    return keepNewer(chats, client.getQueryData<ChatView[]>(["chats"]));
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** One chat that the list doesn't have (yet). */
function chatQuery(chat: string) {
  return queryOptions({
    queryKey: ["chats", chat],
    queryFn: ({ signal }) => call(endpoints.chat, { path: { chat }, signal }),
    // A chat that was made this moment reaches the readers a little later than its maker.
    retry: (count, error) =>
      count < NEW_CHAT_TRIES && error instanceof RestError && error.code === "not_found",
    retryDelay: NEW_CHAT_MS,
  });
}

/** A chat as the list has it, or asked for when it doesn't; neither while that is on its way, or for no chat. */
export function useChatView(
  chat: string | null,
  chats: readonly ChatView[] | undefined,
): { view: ChatView | undefined; error: Error | null } {
  const listed = chats?.find((one) => one.chat === chat);
  const asked = useQuery({
    ...chatQuery(chat ?? ""),
    enabled: chat !== null && chats !== undefined && listed === undefined,
  });
  return { view: listed ?? asked.data, error: asked.error };
}

/** Keeps the list as fresh as the socket, and starts the socket once the list's heads are known. */
export function useChatsLive(
  chats: readonly ChatView[] | undefined,
  blocked: ReadonlySet<string>,
): void {
  const { client, me } = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    if (chats === undefined) return;
    if (client.state.kind === "idle") {
      for (const chat of chats) client.place(`c:${chat.chat}`, chat.epoch, chat.head);
      client.start();
    }
  }, [client, chats]);
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  const handle = useCallback(
    (signal: Signal) => {
      const again = (): void => {
        waiting.current ??= setTimeout(() => {
          waiting.current = null;
          void queries.invalidateQueries({ queryKey: chatsQuery.queryKey });
        }, COALESCE_MS);
      };
      if (signal.kind === "reset" || signal.kind === "gone") again();
      if (signal.kind !== "event") return;
      const { tag } = signal.record.event;
      if (tag === "chat.joined" || tag === "chat.left") again();
      if (!signal.record.stream.startsWith("c:")) return;
      const known = queries.getQueryData(chatsQuery.queryKey);
      if (known === undefined) return;
      const folded = foldEvent(known, signal.record, me.person, blocked);
      if (folded === null) again();
      else queries.setQueryData(chatsQuery.queryKey, folded);
    },
    [queries, me.person, blocked],
  );
  useSignals(handle);
}

export function useCreateChat(): UseMutationResult<CommandDone, Error, CreateChatBody> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.createChat, { body, key: uuid7Maker(client.now)() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: chatsQuery.queryKey }),
  });
}

type Membership = { chat: string; person: string };

export function useAddMember(): UseMutationResult<CommandDone, Error, Membership> {
  const { client } = useLive();
  return useMutation({
    mutationFn: ({ chat, person }) =>
      call(endpoints.addMember, {
        path: { chat },
        body: { person },
        key: uuid7Maker(client.now)(),
      }),
  });
}

export function useRemoveMember(): UseMutationResult<CommandDone, Error, Membership> {
  const { client } = useLive();
  return useMutation({
    mutationFn: ({ chat, person }) =>
      call(endpoints.removeMember, { path: { chat, person }, key: uuid7Maker(client.now)() }),
  });
}
