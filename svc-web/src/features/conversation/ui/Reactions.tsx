import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/Reactions.module.css";
import type { Reaction } from "@/shared/contracts/generated";
import { Tip } from "@/shared/ui/Tip";

const NAMED = 8;

type ReactionsProps = {
  reactions: readonly Reaction[];
  me: string;
  nameOf: (person: string) => string;
  writable: boolean;
  onReact: (emoji: string, on: boolean) => void;
};

/** Below the message: each emoji with its count; one's own is marked, and pressing it takes it back. */
export function Reactions(props: ReactionsProps): ReactNode {
  const { reactions, me, nameOf, writable, onReact } = props;
  return (
    <ul className={styles["reactions"]} aria-label="Reactions">
      {reactions.map((one) => {
        const mine = one.people.includes(me);
        const who = names(one, me, nameOf);
        return (
          <li key={one.emoji}>
            <Tip words={who}>
              <button
                type="button"
                className={styles["reaction"]}
                aria-pressed={mine}
                aria-label={`${one.emoji} ${one.count}: ${who}`}
                disabled={!writable}
                onClick={() => onReact(one.emoji, !mine)}
              >
                <span className={styles["emoji"]}>{one.emoji}</span>
                {one.count}
              </button>
            </Tip>
          </li>
        );
      })}
    </ul>
  );
}

function names(one: Reaction, me: string, nameOf: (person: string) => string): string {
  const shown = one.people
    .slice(0, NAMED)
    .map((person) => (person === me ? "You" : nameOf(person)));
  const more = one.count - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
