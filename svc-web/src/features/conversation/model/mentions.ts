import { namesIn } from "@/features/conversation/model/markdown";
import { limits, type Mention } from "@/shared/contracts/generated";

/** Somebody who can be named. */
export type Named = { person: string; username: string; name: string; bot: boolean };

/** Whom the names in a body mean, each once; `all` only for who may. */
export function resolved(
  body: string,
  people: readonly Named[],
  admin: boolean,
): { mentions: Mention[]; all: boolean } {
  const names = new Set(namesIn(body).map(({ name }) => name));
  const mentions = people
    .filter(({ username }) => names.has(username))
    .map(({ person, username }) => ({ person, name: username }))
    .slice(0, limits.mentions);
  return { mentions, all: admin && names.has("all") };
}

/** The name that is being typed right before the caret. */
export function nameBefore(text: string, caret: number): { name: string; index: number } | null {
  const match = /(?<![\w@.])@([a-z0-9_.-]*)$/i.exec(text.slice(0, caret));
  return match === null ? null : { name: (match[1] ?? "").toLowerCase(), index: match.index };
}
