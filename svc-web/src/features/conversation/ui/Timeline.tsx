import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { ConversationDriver } from "@/features/conversation/api/driver";
import { useOutbox } from "@/features/conversation/api/provider";
import type { Conversation } from "@/features/conversation/model/conversation";
import { rows, type Row } from "@/features/conversation/model/rows";
import { Message } from "@/features/conversation/ui/Message";
import { StateLine } from "@/features/conversation/ui/StateLine";
import styles from "@/features/conversation/ui/Timeline.module.css";
import { useNames } from "@/shared/lib/names";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/cx";
import { Spinner } from "@/shared/ui/Spinner";

type TimelineProps = {
  state: Conversation;
  driver: ConversationDriver;
  group: boolean;
  /** The reader has seen everything up to this seq. */
  onSeen: (seq: number) => void;
};

/** Nearer than this to an end (pixels) counts as being there. */
const NEAR_END = 48;
const NEAR_START = 800;

export function Timeline({ state, driver, group, onSeen }: TimelineProps): ReactNode {
  const outbox = useOutbox();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useMemo(() => rows(state), [state]);
  const nameOf = useNames(peopleIn(state));
  const [atEnd, setAtEnd] = useState(true);
  const [away, setAway] = useState<number | null>(null);

  const virtual = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(list[index]),
    getItemKey: (index) => list[index]?.key ?? index,
    overscan: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
    paddingStart: 16,
    paddingEnd: 12,
  });

  const newest = state.pending.at(-1)?.id ?? null;
  useEffect(() => virtual.scrollToEnd(), [virtual, newest]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => {
      const end = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      setAtEnd(end);
      if (end) setAway(null);
      else setAway((before) => before ?? driver.state().asOf);
      if (element.scrollTop < NEAR_START && driver.state().older.kind !== "failed") {
        void driver.older();
      }
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [driver, list.length]);

  useSeen(state.asOf, atEnd, onSeen);

  const items = virtual.getVirtualItems();
  const top = virtual.range?.startIndex ?? 0;
  const day = dayAt(list, top);
  const missed = away === null ? 0 : countAfter(state, away);
  return (
    <div className={styles["frame"]}>
      <div
        ref={scroller}
        className={styles["scroller"]}
        role="log"
        aria-live="off"
        aria-label="Messages"
        // A region that scrolls must be reachable from the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <Older state={state} onAgain={() => void driver.older()} />
        <div className={styles["column"]} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = list[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={styles["row"]}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === "day" ? <p className={styles["day"]}>{row.label}</p> : null}
                {row.kind === "new" ? (
                  <p className={styles["new"]}>
                    <span>New</span>
                  </p>
                ) : null}
                {row.kind === "line" ? (
                  <StateLine record={row.record} me={state.me} nameOf={nameOf} />
                ) : null}
                {row.kind === "message" ? (
                  <Message
                    row={row}
                    name={nameOf(row.by)}
                    group={group}
                    onAgain={() => outbox.tryAgain(row.id)}
                    onDiscard={() => outbox.discard(row.id)}
                  />
                ) : null}
              </div>
            );
          })}
        </div>
      </div>
      {day !== null && !atEnd && top > 0 ? (
        <p className={cx(styles["day"], styles["sticky"])} aria-hidden="true">
          {day}
        </p>
      ) : null}
      {atEnd ? null : (
        <button
          type="button"
          className={styles["jump"]}
          aria-label="Jump to the newest message"
          onClick={() => virtual.scrollToEnd()}
        >
          <ArrowDown size={20} strokeWidth={1.75} />
          <span className={styles["count"]}>
            <Badge count={missed} label={`${missed} new messages`} />
          </span>
        </button>
      )}
      <Announce state={state} nameOf={nameOf} />
    </div>
  );
}

function Older({ state, onAgain }: { state: Conversation; onAgain: () => void }): ReactNode {
  if (state.before === null) return null;
  return (
    <div className={styles["older"]}>
      {state.older.kind === "failed" ? (
        <>
          <span role="alert">{state.older.words}</span>
          <Button look="quiet" small onClick={onAgain}>
            Try again
          </Button>
        </>
      ) : null}
      {state.older.kind === "loading" ? <Spinner label="Loading older messages" /> : null}
    </div>
  );
}

/** Says what others write to a screen reader, without reading the list again. */
function Announce({
  state,
  nameOf,
}: {
  state: Conversation;
  nameOf: (person: string) => string;
}): ReactNode {
  const [opened] = useState(state.asOf);
  const last = state.records.at(-1);
  const fresh =
    last?.event.tag === "message.created" && last.by !== state.me && last.seq > opened
      ? `${nameOf(last.by)}: ${last.event.body}`
      : "";
  return (
    <p className="visually-hidden" aria-live="polite">
      {fresh}
    </p>
  );
}

/** Reports what the reader has really looked at: the end, in a page that is looked at. */
function useSeen(asOf: number, atEnd: boolean, onSeen: (seq: number) => void): void {
  useEffect(() => {
    if (!atEnd || asOf === 0) return;
    const look = (): void => {
      if (document.visibilityState === "visible" && document.hasFocus()) onSeen(asOf);
    };
    const timer = setTimeout(look, 300);
    window.addEventListener("focus", look);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", look);
    };
  }, [asOf, atEnd, onSeen]);
}

function estimate(row: Row | undefined): number {
  if (row?.kind !== "message") return 44;
  const lines = Math.ceil(row.body.length / 60) + row.body.split("\n").length - 1;
  return 14 + 22 * Math.max(1, lines) + (row.first ? 10 : 2);
}

function dayAt(list: readonly Row[], index: number): string | null {
  for (let at = Math.min(index, list.length - 1); at >= 0; at -= 1) {
    const row = list[at];
    if (row?.kind === "day") return row.label;
  }
  return null;
}

function countAfter(state: Conversation, seq: number): number {
  return state.records.filter(
    (record) =>
      record.seq > seq && record.by !== state.me && record.event.tag === "message.created",
  ).length;
}

function peopleIn(state: Conversation): string[] {
  const people = new Set<string>([state.me]);
  for (const { by, event } of state.records) {
    people.add(by);
    if ("person" in event) people.add(event.person);
    if (event.tag === "member.removed" && event.promoted !== null) people.add(event.promoted);
  }
  return [...people];
}
