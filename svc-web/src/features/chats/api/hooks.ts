import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { newSecret } from "@/features/chats/model/invite";
import { endpoints, type CommandDone, type HookView } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { call } from "@/shared/lib/rest";
import { uuid7Maker } from "@/shared/lib/uuid7";

export function hooksQuery(chat: string) {
  return queryOptions({
    queryKey: ["hooks", chat],
    queryFn: async ({ signal }): Promise<readonly HookView[]> =>
      (await call(endpoints.hooks, { path: { chat }, signal })).hooks,
  });
}

/** Makes a webhook and gives its address, which only this page ever has: the server keeps a hash of the secret. */
export function useMakeHook(chat: string): UseMutationResult<string, Error, string> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (name) => {
      const secret = newSecret();
      await call(endpoints.makeHook, {
        path: { chat },
        body: { secret, name },
        key: uuid7Maker(client.now)(),
      });
      return `${window.location.origin}/api/hooks/${chat}/${secret}`;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["hooks", chat] }),
  });
}

export function useRevokeHook(chat: string): UseMutationResult<CommandDone, Error, string> {
  const { client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (hook) =>
      call(endpoints.revokeHook, { path: { chat, hook }, key: uuid7Maker(client.now)() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["hooks", chat] }),
  });
}
