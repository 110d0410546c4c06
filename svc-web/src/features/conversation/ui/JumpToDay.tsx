import { CalendarDays } from "lucide-react";
import { Popover } from "radix-ui";
import { useState, type ReactNode } from "react";
import styles from "@/features/conversation/ui/JumpToDay.module.css";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";
import { isoDay, startOf } from "@/shared/lib/time";
import { useNow } from "@/shared/lib/useNow";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";

type JumpToDayProps = {
  chat: string;
  /** Shows the first message of the day; false when it is not there. */
  onShow: (seq: number) => Promise<boolean>;
};

const NOTHING = "Nothing was said on that day or after it.";

/** Goes to where a day begins in the chat. The browser's own calendar, which keys and screen readers know. */
export function JumpToDay({ chat, onShow }: JumpToDayProps): ReactNode {
  const today = isoDay(useNow());
  const [open, setOpen] = useState(false);
  const [day, setDay] = useState("");
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState<string | undefined>(undefined);

  const go = async (): Promise<void> => {
    const since = startOf(day);
    if (since === null) {
      setWords("Choose a day first.");
      return;
    }
    setBusy(true);
    try {
      const { seq } = await call(endpoints.day, { path: { chat }, query: { since } });
      if (seq !== null && (await onShow(seq))) setOpen(false);
      else setWords(NOTHING);
    } catch (error) {
      setWords(errorWords(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setWords(undefined);
      }}
    >
      <Popover.Trigger asChild>
        <IconButton label="Go to a day">
          <CalendarDays size={20} strokeWidth={1.75} />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles["card"]}
          sideOffset={6}
          collisionPadding={12}
          align="end"
          aria-label="Go to a day"
          // The message that is shown gets the focus.
          onCloseAutoFocus={(event) => {
            if (busy) event.preventDefault();
          }}
        >
          <form
            className={styles["form"]}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void go();
            }}
          >
            <Field
              label="Go to a day"
              type="date"
              value={day}
              max={today}
              error={words}
              onChange={(event) => {
                setDay(event.target.value);
                setWords(undefined);
              }}
            />
            <Button look="primary" type="submit" busy={busy}>
              Go
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
