import { useInfiniteQuery } from "@tanstack/react-query";
import {
  EllipsisVertical,
  KeyRound,
  Lock,
  LockOpen,
  SearchX,
  ShieldMinus,
  ShieldPlus,
  UserCheck,
  UserX,
  type LucideIcon,
} from "lucide-react";
import { useState, type ReactNode } from "react";
import { managedQuery, useAct } from "@/features/admin/api/admin";
import { actsFor, conflictWords, questionOf, type Act } from "@/features/admin/model/acts";
import { marksOf } from "@/features/admin/model/words";
import styles from "@/features/admin/ui/Admin.module.css";
import type { Proof } from "@/features/admin/ui/proof";
import type { ManagedPerson } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { absolute, listTime } from "@/shared/lib/time";
import { useSettled } from "@/shared/lib/useSettled";
import { Avatar } from "@/shared/ui/Avatar";
import { Button, IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { Menu, MenuItem } from "@/shared/ui/Menu";
import { Notice } from "@/shared/ui/Notice";
import { SearchField } from "@/shared/ui/SearchField";
import { SkeletonRows } from "@/shared/ui/Skeleton";

const ITEMS: Record<Act, { words: string; icon: LucideIcon; danger: boolean }> = {
  lock: { words: "Lock account", icon: Lock, danger: true },
  unlock: { words: "Unlock account", icon: LockOpen, danger: false },
  reset: { words: "Reset second factors", icon: KeyRound, danger: false },
  grant: { words: "Make administrator", icon: ShieldPlus, danger: false },
  erase: { words: "Delete account", icon: UserX, danger: true },
  keep: { words: "Keep account", icon: UserCheck, danger: false },
  take: { words: "Take the role", icon: ShieldMinus, danger: false },
};

type PeopleProps = { me: string; now: number; proof: Proof };

type Asking = { one: ManagedPerson; act: Act };

/** Everybody with an account here, to be found, helped or locked. */
export function People({ me, now, proof }: PeopleProps): ReactNode {
  const [typed, setTyped] = useState("");
  const text = useSettled(typed.trim(), 250);
  const pages = useInfiniteQuery(managedQuery(text));
  const [asking, setAsking] = useState<Asking | null>(null);
  const found = pages.data?.pages.flatMap((page) => page.people);
  return (
    <>
      <SearchField label="Name, username or address" value={typed} onChange={setTyped} />
      <LoadError error={pages.error} onAgain={() => void pages.refetch()} />
      {found === undefined ? (
        pages.error ? null : (
          <SkeletonRows count={5} label="People are loading" />
        )
      ) : found.length === 0 ? (
        <Empty icon={SearchX} title="Nobody found" words="Try a part of the name or the address." />
      ) : (
        <ul className={styles["list"]} aria-label="People" aria-busy={pages.isPlaceholderData}>
          {found.map((one) => (
            <Row
              key={one.person}
              one={one}
              now={now}
              acts={actsFor(one, me)}
              onAct={(act) => setAsking({ one, act })}
            />
          ))}
        </ul>
      )}
      {pages.hasNextPage ? (
        <div>
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {asking === null ? null : (
        <Sure asking={asking} proof={proof} close={() => setAsking(null)} />
      )}
    </>
  );
}

type RowProps = { one: ManagedPerson; now: number; acts: Act[]; onAct: (act: Act) => void };

function Row({ one, now, acts, onAct }: RowProps): ReactNode {
  return (
    <li
      className={styles["row"]}
      data-person={one.username}
      data-locked={one.deactivated_at !== null}
    >
      <Avatar id={one.person} name={one.name} size={36} />
      <div className={styles["words"]}>
        <p className={styles["name"]} dir="auto">
          {one.name}
        </p>
        <p className={styles["meta"]}>
          @{one.username}
          {one.bot ? null : ` · ${one.email}`}
        </p>
        <p className={styles["meta"]}>
          <Seen one={one} now={now} />
        </p>
        <Marks one={one} />
      </div>
      {acts.length === 0 ? null : (
        <Menu
          trigger={
            <IconButton label={`What to do with ${one.name}`}>
              <EllipsisVertical size={20} strokeWidth={1.75} />
            </IconButton>
          }
        >
          {acts.map((act) => (
            <MenuItem
              key={act}
              icon={ITEMS[act].icon}
              danger={ITEMS[act].danger}
              onSelect={() => onAct(act)}
            >
              {ITEMS[act].words}
            </MenuItem>
          ))}
        </Menu>
      )}
    </li>
  );
}

function Marks({ one }: { one: ManagedPerson }): ReactNode {
  const marks = marksOf(one);
  if (marks.length === 0) return null;
  return (
    <ul className={styles["marks"]} aria-label={`About ${one.name}`}>
      {marks.map((mark) => (
        <li key={mark} className={styles["mark"]} data-mark={mark}>
          {mark}
        </li>
      ))}
    </ul>
  );
}

function Seen({ one, now }: { one: ManagedPerson; now: number }): ReactNode {
  if (one.seen_at === null) return "Never logged in";
  const when = listTime(one.seen_at, now);
  return (
    <time dateTime={new Date(one.seen_at).toISOString()} title={absolute(one.seen_at)}>
      Last here {when === "Yesterday" ? "yesterday" : when}
    </time>
  );
}

type SureProps = { asking: Asking; proof: Proof; close: () => void };

function Sure({ asking: { one, act }, proof, close }: SureProps): ReactNode {
  const doing = useAct();
  const { title, words, yes, danger } = questionOf(act, one.username);
  const conflict = doing.error instanceof RestError && doing.error.code === "conflict";
  return (
    <Dialog open onOpenChange={close} title={title} words={words}>
      {conflict ? (
        <div className={styles["inside"]}>
          <Notice tone="danger">{conflictWords(act)}</Notice>
        </div>
      ) : null}
      {proof({
        action: yes,
        look: danger ? "danger" : "primary",
        busy: doing.isPending,
        error: conflict ? null : doing.error,
        send: (body) =>
          doing.mutate({ person: one.person, act, proof: body }, { onSuccess: close }),
      })}
    </Dialog>
  );
}
