import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useCallback } from "react";
import { chatsQuery } from "@/features/chats/api/chats";
import { linkOf, newSecret, type InviteLink } from "@/features/chats/model/invite";
import {
  endpoints,
  type CommandDone,
  type History,
  type Retention,
  type InvitePreview,
  type InviteView,
  type Role,
} from "@/shared/contracts/generated";
import { useLive, useSignals } from "@/shared/lib/live";
import { rememberNames } from "@/shared/lib/names";
import { call } from "@/shared/lib/rest";
import { uuid7Maker } from "@/shared/lib/uuid7";
import type { Signal } from "@/shared/realtime/client";

const MEMBERS_PAGE = 100;

/** Everybody in a group, page by page: admins first, then by how long they are in. */
export function membersQuery(chat: string) {
  return infiniteQueryOptions({
    queryKey: ["members", chat],
    queryFn: async ({ client, signal, pageParam }) => {
      const page = await call(endpoints.members, {
        path: { chat },
        query:
          pageParam === null ? { limit: MEMBERS_PAGE } : { limit: MEMBERS_PAGE, after: pageParam },
        signal,
      });
      rememberNames(client, page.members);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

export function invitesQuery(chat: string) {
  return queryOptions({
    queryKey: ["invites", chat],
    queryFn: async ({ signal }): Promise<readonly InviteView[]> =>
      (await call(endpoints.invites, { path: { chat }, signal })).invites,
  });
}

export function previewQuery(link: InviteLink) {
  return queryOptions({
    queryKey: ["invite", link],
    queryFn: ({ signal }): Promise<InvitePreview> =>
      call(endpoints.previewInvite, {
        path: { chat: link.chat },
        body: { invite: link.invite, secret: link.secret },
        signal,
      }),
    retry: false,
  });
}

/** Keeps what is shown of the open chat's members, links and webhooks as fresh as its stream. */
export function useDetailsLive(chat: string): void {
  const queries = useQueryClient();
  const handle = useCallback(
    (signal: Signal) => {
      const stream = `c:${chat}`;
      if (signal.kind === "reset" && signal.stream === stream) {
        void queries.invalidateQueries({ queryKey: ["members", chat] });
        void queries.invalidateQueries({ queryKey: ["invites", chat] });
        void queries.invalidateQueries({ queryKey: ["hooks", chat] });
      }
      if (signal.kind !== "event" || signal.record.stream !== stream) return;
      const { tag } = signal.record.event;
      if (tag.startsWith("member.")) {
        void queries.invalidateQueries({ queryKey: ["members", chat] });
      }
      if (tag.startsWith("hook")) {
        void queries.invalidateQueries({ queryKey: ["hooks", chat] });
      }
      if (tag.startsWith("invite.") || tag === "member.added") {
        void queries.invalidateQueries({ queryKey: ["invites", chat] });
      }
    },
    [queries, chat],
  );
  useSignals(handle);
}

type Done<T> = UseMutationResult<CommandDone, Error, T>;

export function useSetRole(chat: string): Done<{ person: string; role: Role }> {
  const { client } = useLive();
  return useMutation({
    mutationFn: ({ person, role }) =>
      call(endpoints.setRole, {
        path: { chat, person },
        body: { role },
        key: uuid7Maker(client.now)(),
      }),
  });
}

export function useSetTagline(chat: string): Done<string> {
  const { client } = useLive();
  return useMutation({
    mutationFn: (tagline) =>
      call(endpoints.setTagline, {
        path: { chat },
        body: { tagline },
        key: uuid7Maker(client.now)(),
      }),
  });
}

/** Makes an upload the group's picture; null takes it away. */
export function useSetPicture(chat: string): Done<string | null> {
  const { client } = useLive();
  return useMutation({
    mutationFn: (picture) =>
      call(endpoints.setChatPicture, {
        path: { chat },
        body: { picture },
        key: uuid7Maker(client.now)(),
      }),
  });
}

export function useSetHistory(chat: string): Done<History> {
  const { client } = useLive();
  return useMutation({
    mutationFn: (history) =>
      call(endpoints.setHistory, {
        path: { chat },
        body: { history },
        key: uuid7Maker(client.now)(),
      }),
  });
}

/** Null is as the workspace keeps it. */
export function useSetRetention(chat: string): Done<Retention | null> {
  const { client } = useLive();
  return useMutation({
    mutationFn: (retention) =>
      call(endpoints.setRetention, {
        path: { chat },
        body: { retention },
        key: uuid7Maker(client.now)(),
      }),
  });
}

export function useDismiss(chat: string): Done<void> {
  const { client } = useLive();
  return useMutation({
    mutationFn: () => call(endpoints.dismiss, { path: { chat }, key: uuid7Maker(client.now)() }),
  });
}

export type InviteWish = { seconds: number | null; uses: number | null };

/** Makes a link and gives its text, which only this page ever has: the server keeps a hash of the secret. */
export function useMakeInvite(chat: string): UseMutationResult<string, Error, InviteWish> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ seconds, uses }) => {
      const secret = newSecret();
      const { invite } = await call(endpoints.makeInvite, {
        path: { chat },
        body: { secret, seconds, uses },
        key: uuid7Maker(client.now)(),
      });
      return linkOf({ chat, invite, secret }, window.location.origin);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["invites", chat] }),
  });
}

export function useRevokeInvite(chat: string): Done<string> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (invite) =>
      call(endpoints.revokeInvite, { path: { chat, invite }, key: uuid7Maker(client.now)() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["invites", chat] }),
  });
}

export function useJoin(): Done<InviteLink> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ chat, invite, secret }) =>
      call(endpoints.join, {
        path: { chat },
        body: { invite, secret },
        key: uuid7Maker(client.now)(),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: chatsQuery.queryKey }),
  });
}
