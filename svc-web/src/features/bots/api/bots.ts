import {
  queryOptions,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import {
  endpoints,
  type BotTokenView,
  type BotView,
  type NewBotBody,
} from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** One's own bots, the newest first. */
export const botsQuery = queryOptions({
  queryKey: ["bots"],
  queryFn: async ({ signal }): Promise<BotView[]> => (await call(endpoints.bots, { signal })).bots,
});

/** Its owner is connected with it at once, so it can be written to and added to groups. */
export function useMakeBot(): UseMutationResult<BotTokenView, Error, NewBotBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body) => {
      const made = await call(endpoints.makeBot, { body });
      // The token is told this once, so it is shown whatever becomes of the connection.
      await call(endpoints.ask, { body: { person: made.bot.bot } }).catch(() => undefined);
      return made;
    },
    onSettled: async () => {
      await Promise.all([
        queries.invalidateQueries(botsQuery),
        queries.invalidateQueries({ queryKey: ["connections"] }),
      ]);
    },
  });
}

export function useRenewBot(): UseMutationResult<BotTokenView, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (bot) => call(endpoints.renewBotToken, { path: { bot } }),
    onSettled: () => queries.invalidateQueries(botsQuery),
  });
}

export type EndBot = { bot: string; how: "revoke" | "retire" };

export function useEndBot(): UseMutationResult<null, Error, EndBot> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ bot, how }) =>
      call(how === "retire" ? endpoints.retireBot : endpoints.revokeBotToken, { path: { bot } }),
    onSettled: () => queries.invalidateQueries(botsQuery),
  });
}
