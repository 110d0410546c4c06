import { useState, type ReactNode } from "react";
import styles from "@/features/conversation/ui/Describe.module.css";
import { altLeft, altText } from "@/shared/lib/files";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { TextArea } from "@/shared/ui/TextArea";

/** Characters left from which on the writer is told. */
const TELL_BELOW = 100;

type DescribeProps = {
  name: string;
  alt: string | null;
  address: string | null;
  onSay: (alt: string | null) => void;
  onClose: () => void;
};

/** What an image shows, in words: for who can't see it. */
export function Describe({ name, alt, address, onSay, onClose }: DescribeProps): ReactNode {
  const [text, setText] = useState(alt ?? "");
  const left = altLeft(text);
  const over = left < 0;
  const say = (): void => {
    if (!over) onSay(altText(text));
  };
  return (
    <Dialog open onOpenChange={onClose} title="Describe the image">
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        {address === null ? null : <img className={styles["image"]} src={address} alt="" />}
        <TextArea
          // It is all that this dialog is about.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          label={`What ${name} shows`}
          hint={
            left < TELL_BELOW
              ? `${left} characters left`
              : "Read out to people who can’t see the image, and shown below it when it is large."
          }
          error={over ? `${-left} characters too long` : undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            say();
          }}
        />
        <span className={styles["ends"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={over}>
            Save
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
