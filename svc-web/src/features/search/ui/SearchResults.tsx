import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { searchQuery } from "@/features/search/api/search";
import { hitsOf, piecesOf } from "@/features/search/model/search";
import styles from "@/features/search/ui/Search.module.css";
import type { SearchHit } from "@/shared/contracts/generated";
import { Link } from "@/shared/lib/Link";
import { rememberNames, useIsBot, useNames } from "@/shared/lib/names";
import { RestError } from "@/shared/lib/rest";
import { COVERED, saidIn } from "@/shared/lib/said";
import { absolute, listTime } from "@/shared/lib/time";
import { useSettled } from "@/shared/lib/useSettled";
import { errorWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { PersonFace } from "@/shared/ui/Face";

/** How long the typing must rest before the server is asked, milliseconds. */
const SEARCH_MS = 250;

const PARTIAL =
  "Only your newest 10,000 messages were looked through. Longer words find older ones.";
const NARROW =
  "Try other words, or part of one. from:name, after:2026-01-31 and “a phrase” narrow it.";

type SearchResultsProps = {
  words: string;
  /** The chat that is searched; null: all of them. */
  chat: string | null;
  me: { person: string; username: string };
  now: number;
  /** Whose messages in this chat are covered. */
  coveredIn: (chat: string) => ReadonlySet<string>;
  /** Names a chat beside its hits. */
  titleOf?: (chat: string) => string;
  /** The message that is shown now. */
  current: { chat: string; seq: number | null } | null;
  onOpen?: () => void;
};

/** What the words find, a page at a time. */
export function SearchResults(props: SearchResultsProps): ReactNode {
  const { words, chat, me, current, onOpen } = props;
  const settled = useSettled(words.trim(), SEARCH_MS);
  const found = useInfiniteQuery(searchQuery(settled, chat));
  const queries = useQueryClient();
  const pages = found.data?.pages;
  useEffect(() => {
    for (const page of pages ?? []) rememberNames(queries, page.people);
  }, [queries, pages]);
  const hits = hitsOf(pages ?? []);
  const people = hits.filter((hit) => hit.hook === null && hit.by !== me.person);
  const nameOf = useNames(people.map((hit) => hit.by));
  if (found.error && found.error instanceof RestError && found.error.code === "validation") {
    return (
      <div className={styles["notice"]}>
        <Notice>{problemOf(found.error)}</Notice>
      </div>
    );
  }
  if (found.error) {
    return (
      <div className={styles["notice"]}>
        <LoadError error={found.error} onAgain={() => void found.refetch()} />
      </div>
    );
  }
  if (pages === undefined) return <SkeletonRows count={4} label="Searching" />;
  const partial = pages.some((page) => page.partial);
  return (
    <div
      aria-busy={found.isPlaceholderData || settled !== words.trim()}
      className={styles["results"]}
    >
      <p role="status" className={styles["unseen"]}>
        {hits.length === 1 ? "1 message found" : `${hits.length} messages found`}
      </p>
      {hits.length === 0 ? (
        <Empty icon={SearchX} title="No message found" words={NARROW} />
      ) : (
        <ul className={styles["list"]} aria-label="Messages found">
          {hits.map((hit) => (
            <li key={`${hit.chat} ${hit.seq}`}>
              <HitRow
                {...props}
                hit={hit}
                author={hit.hook ?? (hit.by === me.person ? "You" : nameOf(hit.by))}
                here={current?.chat === hit.chat && current.seq === hit.seq}
                onOpen={onOpen}
              />
            </li>
          ))}
        </ul>
      )}
      {found.hasNextPage ? (
        <div className={styles["more"]}>
          <Button
            look="quiet"
            small
            busy={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      ) : null}
      {partial ? <p className={styles["partial"]}>{PARTIAL}</p> : null}
    </div>
  );
}

function problemOf(error: RestError): string {
  const words = error.issues[0]?.message ?? "";
  return words === "" ? errorWords(error) : `The search ${sentence(words)}.`;
}

/** What the server says of `q` reads on after "The search"; what it says of an operator is quoted. */
function sentence(words: string): string {
  return /^\w+:/.test(words) ? `does not work yet: ${words}` : words;
}

type HitRowProps = Pick<SearchResultsProps, "me" | "now" | "coveredIn" | "titleOf"> & {
  hit: SearchHit;
  author: string;
  here: boolean;
  onOpen?: (() => void) | undefined;
};

function HitRow(props: HitRowProps): ReactNode {
  const { hit, author, me, now, coveredIn, titleOf, here, onOpen } = props;
  const title = titleOf?.(hit.chat);
  const byAuthor = title === undefined || title === author;
  return (
    // The click only closes what is in the way; the link itself leads there.
    <span onClickCapture={onOpen} role="presentation">
      <Link
        to={`/c/${hit.chat}?m=${hit.seq}`}
        className={styles["hit"]}
        data-hit={hit.seq}
        {...(here ? { "aria-current": "location" as const } : {})}
      >
        <PersonFace person={hit.by} name={author === "You" ? me.username : author} size={36} />
        <span className={styles["text"]}>
          <span className={styles["top"]}>
            <span className={styles["title"]}>
              {title ?? author}
              {byAuthor ? <AuthorMark hit={hit} /> : null}
            </span>
            <time className={styles["time"]} title={absolute(hit.at)}>
              {listTime(hit.at, now)}
            </time>
          </span>
          <span className={styles["snippet"]} dir="auto">
            {byAuthor ? null : (
              <span className={styles["author"]}>
                {author}
                <AuthorMark hit={hit} />:{" "}
              </span>
            )}
            {coveredIn(hit.chat).has(hit.by) ? COVERED : <Snippet hit={hit} />}
          </span>
        </span>
      </Link>
    </span>
  );
}

function AuthorMark({ hit }: { hit: SearchHit }): ReactNode {
  if (hit.hook !== null) return <BotMark label="Webhook" />;
  return <PersonMark person={hit.by} />;
}

function PersonMark({ person }: { person: string }): ReactNode {
  return useIsBot(person) ? <BotMark /> : null;
}

function Snippet({ hit }: { hit: SearchHit }): ReactNode {
  return (
    <>
      {hit.cut_before ? "…" : ""}
      {hit.text === "" ? saidIn({ body: "", attachments: hit.attachments }) : null}
      {piecesOf(hit).map((piece, index) =>
        piece.marked ? (
          <mark key={index}>{piece.text}</mark>
        ) : (
          <span key={index}>{piece.text}</span>
        ),
      )}
      {hit.cut_after ? "…" : ""}
    </>
  );
}
