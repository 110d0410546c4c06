import { useState, type ReactNode } from "react";
import styles from "@/features/conversation/ui/EmojiPicker.module.css";
import { Button } from "@/shared/ui/Button";

const OFTEN = [
  ["👍", "Thumbs up"],
  ["❤️", "Heart"],
  ["😂", "Laughing"],
  ["🎉", "Party"],
  ["😮", "Surprised"],
  ["😢", "Sad"],
  ["🙏", "Thank you"],
  ["👀", "Looking"],
  ["✅", "Done"],
  ["🔥", "Fire"],
  ["👏", "Applause"],
  ["💯", "Hundred"],
] as const;

const EMOJI = new RegExp("^\\p{RGI_Emoji}$", "v");

/** The last emoji of what was typed, as the keyboard of a phone or computer gives it. */
function emojiIn(text: string): string | null {
  const parts = [...new Intl.Segmenter().segment(text)].map((one) => one.segment);
  return parts.findLast((part) => EMOJI.test(part)) ?? null;
}

/** Those that are used most, and any other from the device's own keyboard. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }): ReactNode {
  const [other, setOther] = useState("");
  const found = emojiIn(other);
  return (
    <div className={styles["picker"]}>
      <div className={styles["often"]} role="group" aria-label="Often used">
        {OFTEN.map(([emoji, name]) => (
          <button
            key={emoji}
            type="button"
            aria-label={name}
            className={styles["emoji"]}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      <form
        className={styles["other"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (found !== null) onPick(found);
        }}
      >
        <input
          className={styles["input"]}
          aria-label="Any emoji"
          placeholder="Any other emoji"
          value={other}
          onChange={(event) => setOther(event.target.value)}
        />
        <Button type="submit" small disabled={found === null}>
          {found === null ? "Add" : `Add ${found}`}
        </Button>
      </form>
    </div>
  );
}
