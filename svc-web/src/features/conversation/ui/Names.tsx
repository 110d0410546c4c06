import type { ReactNode } from "react";
import type { Named } from "@/features/conversation/model/mentions";
import styles from "@/features/conversation/ui/Names.module.css";
import { BotMark } from "@/shared/ui/BotMark";
import { PersonFace } from "@/shared/ui/Face";

type NamesProps = {
  people: readonly Named[];
  chosen: number;
  onTake: (username: string) => void;
};

/** Whom the name that is being typed may mean. The focus stays in the composer. */
export function Names({ people, chosen, onTake }: NamesProps): ReactNode {
  return (
    <div id="names" role="listbox" aria-label="People to name" className={styles["names"]}>
      {people.map((one, index) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the composer has the keys
        <div
          key={one.person}
          id={`name-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          className={styles["name"]}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(one.username)}
        >
          <PersonFace person={one.person} name={one.name} size={28} />
          <span className={styles["words"]}>{one.name}</span>
          {one.bot ? <BotMark /> : null}
          <span className={styles["username"]}>@{one.username}</span>
        </div>
      ))}
    </div>
  );
}
