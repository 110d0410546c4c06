import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { ConversationDriver } from "@/features/conversation/api/driver";
import type { Conversation } from "@/features/conversation/model/state";
import { filesHeight } from "@/features/conversation/model/fitting";
import { piecesOf, plain } from "@/features/conversation/model/markdown";
import { SENT, standing, type Known } from "@/features/conversation/model/receipts";
import { hear, silent } from "@/features/conversation/model/heard";
import { rows, type Row } from "@/features/conversation/model/rows";
import { Message, type MessageActions } from "@/features/conversation/ui/Message";
import { StateLine } from "@/features/conversation/ui/StateLine";
import styles from "@/features/conversation/ui/Timeline.module.css";
import { saidBy } from "@/shared/lib/said";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/cx";
import { Spinner } from "@/shared/ui/Spinner";

type TimelineProps = {
  state: Conversation;
  driver: ConversationDriver;
  group: boolean;
  writable: boolean;
  actions: MessageActions;
  nameOf: (person: string) => string;
  /** How far the others are. */
  known: Known;
  /** Whose messages are covered until they are asked for. */
  blocked: ReadonlySet<string>;
  /** The reader has seen everything up to this seq. */
  onSeen: (seq: number) => void;
};

/** Nearer than this to an end (pixels) counts as being there. */
const NEAR_END = 48;
const NEAR_START = 800;

export function Timeline(props: TimelineProps): ReactNode {
  const { state, driver, group, writable, actions, nameOf, known, blocked, onSeen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useMemo(() => rows(state), [state]);
  const lit = useLit(state.jump);
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

  const { jump } = state;
  useEffect(() => {
    if (jump === null) return;
    const index = list.findIndex((row) => seqOf(row) === jump);
    if (index < 0) return;
    virtual.scrollToIndex(index, { align: "center" });
    // Rows above are measured by now; the second time it stands where it belongs.
    const again = requestAnimationFrame(() => {
      virtual.scrollToIndex(index, { align: "center" });
      driver.dispatch({ kind: "jumped" });
      scroller.current?.querySelector<HTMLElement>(`[data-seq="${jump}"]`)?.focus();
    });
    return () => cancelAnimationFrame(again);
  }, [virtual, driver, list, jump]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => {
      const end = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      setAtEnd(end);
      if (end) setAway(null);
      else setAway((before) => before ?? driver.state().asOf);
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (below < NEAR_START && driver.state().newer.kind !== "failed") void driver.newer();
      if (element.scrollTop < NEAR_START && driver.state().older.kind !== "failed") {
        void driver.older();
      }
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
    // A page without a line moves only the cursor: nobody scrolls, and there is more to read.
  }, [driver, list.length, state.before, state.after]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || !atEnd) return;
    // The composer grows and shrinks: the end stays in view.
    const observer = new ResizeObserver(() => virtual.scrollToEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, [virtual, atEnd]);

  useSeen(state.asOf, atEnd && state.after === null, onSeen);

  const items = virtual.getVirtualItems();
  const top = virtual.range?.startIndex ?? 0;
  const day = dayAt(list, top);
  const missed = away === null ? 0 : countAfter(state, away);
  return (
    <div className={styles["frame"]}>
      {/* The keys only move the focus between the messages. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller}
        className={styles["scroller"]}
        role="log"
        aria-live="off"
        aria-label="Messages"
        aria-busy={state.older.kind === "loading" || state.newer.kind === "loading"}
        data-from-start={(state.status.kind !== "stale" && state.before === null) || undefined}
        // A region that scrolls must be reachable from the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={(event) => walk(event, (seq) => openMenu(list, seq, actions))}
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
                {row.kind === "beginning" ? (
                  <p className={styles["beginning"]}>
                    Messages before {row.day} have been removed by this workspace’s retention.
                  </p>
                ) : null}
                {row.kind === "new" ? (
                  <p className={styles["new"]}>
                    <span>New</span>
                  </p>
                ) : null}
                {row.kind === "line" ? (
                  <StateLine
                    record={row.record}
                    me={state.me}
                    group={group}
                    nameOf={nameOf}
                    onShow={actions.onShow}
                  />
                ) : null}
                {row.kind === "message" ? (
                  <Message
                    chat={state.chat}
                    row={row}
                    me={state.me}
                    name={row.hook ?? nameOf(row.by)}
                    nameOf={nameOf}
                    group={group}
                    writable={writable}
                    lit={lit !== null && lit === row.seq}
                    standing={
                      row.own && row.seq !== null ? standing(known, row.seq, row.hidden) : SENT
                    }
                    blocked={blocked}
                    actions={actions}
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
      {atEnd && state.after === null ? null : (
        <button
          type="button"
          className={styles["jump"]}
          aria-label="Jump to the newest message"
          onClick={() => {
            driver.newest();
            virtual.scrollToEnd();
          }}
        >
          <ArrowDown size={20} strokeWidth={1.75} />
          <span className={styles["count"]}>
            <Badge count={missed} label={`${missed} new messages`} />
          </span>
        </button>
      )}
      <Announce state={state} blocked={blocked} nameOf={nameOf} />
    </div>
  );
}

const LIT_MS = 1_800;

/** The message that was jumped to, for as long as it is shown to be. */
function useLit(jump: number | null): number | null {
  const [lit, setLit] = useState<number | null>(null);
  const [seen, setSeen] = useState(jump);
  if (jump !== seen) {
    setSeen(jump);
    if (jump !== null) setLit(jump);
  }
  useEffect(() => {
    if (lit === null) return;
    const timer = setTimeout(() => setLit(null), LIT_MS);
    return () => clearTimeout(timer);
  }, [lit]);
  return lit;
}

/** Arrows go from message to message, Enter opens what can be done with it. */
function walk(event: KeyboardEvent<HTMLDivElement>, open: (seq: number) => void): void {
  const here = event.target as HTMLElement;
  const one = here.closest<HTMLElement>("[data-message]");
  if (event.key === "Enter" && here === one) {
    // Else the same key presses the button that the sheet focuses.
    event.preventDefault();
    const seq = Number(one.dataset["seq"] ?? "");
    if (seq > 0) open(seq);
    return;
  }
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || (here !== one && here !== event.currentTarget)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const next = one === null ? all.at(-1) : all[all.indexOf(one) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function openMenu(list: readonly Row[], seq: number, actions: MessageActions): void {
  const row = list.find((one) => one.kind === "message" && one.seq === seq);
  if (row?.kind === "message" && !row.now.deleted) actions.onMenu(row);
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

/**
 * Says what others write to a screen reader, without reading the list again: each message once, also the same words twice,
 * also for who was far back in the chat meanwhile.
 */
function Announce({
  state,
  blocked,
  nameOf,
}: {
  state: Conversation;
  blocked: ReadonlySet<string>;
  nameOf: (person: string) => string;
}): ReactNode {
  const [heard, setHeard] = useState(() => silent(state));
  const now = hear(heard, state, blocked);
  if (now !== heard) setHeard(now);
  return (
    <div className="visually-hidden" aria-live="polite">
      {now.lines.map((one) => (
        <p key={one.seq}>{`${one.hook ?? nameOf(one.by)}: ${plain(piecesOf(one.said))}`}</p>
      ))}
    </div>
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
  const files = filesHeight(row.files);
  const extra = files + (row.reply === null ? 0 : 48) + (row.now.reactions.length > 0 ? 32 : 0);
  return 14 + extra + 22 * Math.max(1, lines) + (row.first ? 10 : 2);
}

function seqOf(row: Row): number | null {
  if (row.kind === "line") return row.record.seq;
  return row.kind === "message" ? row.seq : null;
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
      record.seq > seq && record.event.tag === "message.created" && !saidBy(record, state.me),
  ).length;
}

export function peopleIn(state: Conversation): string[] {
  const people = new Set<string>([state.me]);
  for (const { by, event } of state.records) {
    if (event.tag !== "message.created" || event.hook === null) people.add(by);
    if ("person" in event) people.add(event.person);
    if (event.tag === "member.removed" && event.promoted !== null) people.add(event.promoted);
  }
  for (const { by, hook } of state.quotes.values()) if (hook === null) people.add(by);
  for (const { reactions, deletedBy } of state.states.values()) {
    if (deletedBy !== null) people.add(deletedBy);
    for (const one of reactions) for (const person of one.people.slice(0, 8)) people.add(person);
  }
  return [...people];
}
