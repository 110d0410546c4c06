import { useQuery } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { botsQuery, useEndBot, useRenewBot, type EndBot } from "@/features/bots/api/bots";
import styles from "@/features/bots/ui/Bots.module.css";
import { NewBot } from "@/features/bots/ui/NewBot";
import { TokenOnce } from "@/features/bots/ui/TokenOnce";
import { limits, type BotTokenView, type BotView } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Avatar } from "@/shared/ui/Avatar";
import { BotMark } from "@/shared/ui/BotMark";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** One's bots: each has a token that can be replaced or taken back, and an end. */
export function Bots({ now }: { now: number }): ReactNode {
  const bots = useQuery(botsQuery);
  const renew = useRenewBot();
  const end = useEndBot();
  const [making, setMaking] = useState(false);
  const [told, setTold] = useState<BotTokenView | null>(null);
  const error = bots.error ?? renew.error ?? end.error;
  const full = (bots.data?.length ?? 0) >= limits.bots;
  return (
    <>
      <p className={styles["intro"]}>
        A bot is a program that writes and reads like a person, in the chats that it was added to.
        It logs in with a token. Whatever it says is marked. What it can ask for is in the{" "}
        <a href="/reference" target="_blank" rel="noreferrer">
          API reference
        </a>
        .
      </p>
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      {bots.data === undefined ? (
        bots.error ? null : (
          <SkeletonRows count={2} label="Your bots are loading" />
        )
      ) : bots.data.length === 0 ? (
        <Empty
          icon={Bot}
          title="No bots yet"
          words="Make one, and put its token into your program."
        />
      ) : (
        <ul className={styles["list"]} aria-label="Your bots">
          {bots.data.map((bot) => (
            <Row
              key={bot.bot}
              bot={bot}
              now={now}
              renewing={renew.isPending && renew.variables === bot.bot}
              ending={end.isPending && end.variables.bot === bot.bot}
              onRenew={() => renew.mutate(bot.bot, { onSuccess: setTold })}
              onEnd={(how) => end.mutate({ bot: bot.bot, how })}
            />
          ))}
        </ul>
      )}
      <div>
        <Button look="primary" disabled={full} onClick={() => setMaking(true)}>
          <Plus size={18} strokeWidth={1.75} aria-hidden="true" />
          Make a bot
        </Button>
      </div>
      {full ? (
        <p className={styles["meta"]}>{limits.bots} bots are the most that one may have.</p>
      ) : null}
      {making ? (
        <NewBot
          close={() => setMaking(false)}
          made={(view) => {
            setMaking(false);
            setTold(view);
          }}
        />
      ) : null}
      {told === null ? null : <TokenOnce told={told} close={() => setTold(null)} />}
    </>
  );
}

type RowProps = {
  bot: BotView;
  now: number;
  renewing: boolean;
  ending: boolean;
  onRenew: () => void;
  onEnd: (how: EndBot["how"]) => void;
};

type Question = "renew" | "revoke" | "retire";

const QUESTIONS: Record<Question, { words: string; yes: string }> = {
  renew: { words: "The present token stops working at once.", yes: "Replace token" },
  revoke: { words: "The bot is cut off until it gets another token.", yes: "Revoke token" },
  retire: { words: "It ends for good and keeps its name. What it wrote stays.", yes: "Delete bot" },
};

/** The button that was pressed is gone, so the question is where one goes on. */
function takeFocus(question: HTMLDivElement | null): void {
  question?.focus();
}

function Row({ bot, now, renewing, ending, onRenew, onEnd }: RowProps): ReactNode {
  const [asked, setAsked] = useState<Question | null>(null);
  const answer = (question: Question): void => {
    setAsked(null);
    if (question === "renew") onRenew();
    else onEnd(question);
  };
  return (
    <li className={styles["row"]} data-bot={bot.username}>
      <Avatar id={bot.bot} name={bot.name} size={36} />
      <div className={styles["words"]}>
        <p className={styles["name"]}>
          <span dir="auto">{bot.name}</span>
          <BotMark />
        </p>
        <p className={styles["meta"]}>
          @{bot.username} · <Use bot={bot} now={now} />
        </p>
      </div>
      {asked === null ? (
        <div className={styles["ways"]}>
          <Button
            small
            busy={renewing}
            aria-label={`New token for ${bot.name}`}
            onClick={() => (bot.token_at === null ? onRenew() : setAsked("renew"))}
          >
            New token
          </Button>
          {bot.token_at === null ? null : (
            <Button
              small
              busy={ending}
              aria-label={`Revoke the token of ${bot.name}`}
              onClick={() => setAsked("revoke")}
            >
              Revoke
            </Button>
          )}
          <Button
            small
            look="danger"
            busy={ending}
            aria-label={`Delete ${bot.name}`}
            onClick={() => setAsked("retire")}
          >
            Delete
          </Button>
        </div>
      ) : (
        <div
          ref={takeFocus}
          tabIndex={-1}
          className={styles["sure"]}
          role="group"
          aria-label={QUESTIONS[asked].yes}
        >
          <p>{QUESTIONS[asked].words}</p>
          <Button small onClick={() => setAsked(null)}>
            Cancel
          </Button>
          <Button small look="danger" onClick={() => answer(asked)}>
            {QUESTIONS[asked].yes}
          </Button>
        </div>
      )}
    </li>
  );
}

function Use({ bot, now }: { bot: BotView; now: number }): ReactNode {
  if (bot.token_at === null) return "no token";
  if (bot.seen_at === null) return "not used yet";
  const seen = listTime(bot.seen_at, now);
  return (
    <time dateTime={new Date(bot.seen_at).toISOString()} title={absolute(bot.seen_at)}>
      last used {seen === "Yesterday" ? "yesterday" : seen}
    </time>
  );
}
