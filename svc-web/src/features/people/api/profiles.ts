import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import {
  endpoints,
  type OwnProfile,
  type PersonView,
  type PrivacyBody,
  type PrivacyView,
  type ProfileBody,
} from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { rememberNames } from "@/shared/lib/names";
import { call } from "@/shared/lib/rest";
import { readPeopleAgain } from "@/features/people/api/people";

/** Names may have changed while nobody looked: how often at most they are read again, milliseconds. */
const AGAIN_MS = 30_000;

/** A person's page; what it says is also the newest name for everything else. */
export function profileQuery(person: string) {
  return queryOptions({
    queryKey: ["people", "profile", person],
    queryFn: async ({ client, signal }) => {
      const found = await call(endpoints.profile, { path: { person }, signal });
      rememberNames(client, [found.person, ...found.acquaintances]);
      return found;
    },
    staleTime: 0,
  });
}

export const ownProfileQuery = queryOptions({
  queryKey: ["me", "profile"],
  queryFn: async ({ client, signal }) => {
    const own = await call(endpoints.ownProfile, { signal });
    rememberNames(client, [own]);
    return own;
  },
  staleTime: 60_000,
});

/** One's own name; the username until it is known. */
export function useOwnName(): string {
  const { me } = useLive();
  return useQuery(ownProfileQuery).data?.name ?? me.username;
}

export const privacyQuery = queryOptions({
  queryKey: ["me", "privacy"],
  queryFn: ({ signal }) => call(endpoints.privacy, { signal }),
  staleTime: 0,
});

export const blocksQuery = queryOptions({
  queryKey: ["people", "blocks"],
  queryFn: async ({ signal }) => (await call(endpoints.blocks, { signal })).people,
});

const NOBODY: ReadonlySet<string> = new Set();

/** Whom one blocked, as far as it is known yet. */
export function useBlocked(): ReadonlySet<string> {
  const { data } = useQuery(blocksQuery);
  return useMemo(
    () => (data === undefined ? NOBODY : new Set(data.map((one) => one.person))),
    [data],
  );
}

export function useSaveProfile(): UseMutationResult<OwnProfile, Error, ProfileBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.setProfile, { body }),
    onSuccess: (own) => {
      queries.setQueryData(ownProfileQuery.queryKey, own);
      rememberNames(queries, [own]);
      void queries.invalidateQueries({ queryKey: ["chats"] });
    },
  });
}

/** Makes an upload one's picture; null takes it away. */
export function useSetOwnPicture(): UseMutationResult<OwnProfile, Error, string | null> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (picture) => call(endpoints.setPersonPicture, { body: { picture } }),
    onSuccess: (own) => {
      queries.setQueryData(ownProfileQuery.queryKey, own);
      rememberNames(queries, [own]);
    },
  });
}

/** How much room one's files take. */
export const usageQuery = queryOptions({
  queryKey: ["me", "usage"],
  queryFn: ({ signal }) => call(endpoints.attachmentUsage, { signal }),
  staleTime: 0,
});

export function useSavePrivacy(): UseMutationResult<PrivacyView, Error, PrivacyBody> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body) => call(endpoints.setPrivacy, { body }),
    onSuccess: (settings) => {
      queries.setQueryData(privacyQuery.queryKey, settings);
      void queries.invalidateQueries({ queryKey: ["presence"] });
    },
  });
}

/** Blocks or unblocks. */
export function useBlock(blocks: boolean): UseMutationResult<PersonView, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (person) =>
      call(blocks ? endpoints.block : endpoints.unblock, { path: { person } }),
    onSuccess: () => readPeopleAgain(queries),
  });
}

/** Reads names again when the page comes back into view. */
export function useNamesAgain(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let last = Date.now();
    const again = (): void => {
      if (document.visibilityState !== "visible" || Date.now() - last < AGAIN_MS) return;
      last = Date.now();
      for (const key of ["name", "people", "chats", "me"]) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
    };
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [queries]);
}
