import { useState, type ReactNode } from "react";
import { useSchedule } from "@/features/conversation/api/scheduled";
import { fromField, presets, toField } from "@/features/conversation/model/later";
import styles from "@/features/conversation/ui/Later.module.css";
import type { ScheduleBody } from "@/shared/contracts/generated";
import { absolute, upcoming } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type SendLaterProps = {
  chat: string;
  message: Omit<ScheduleBody, "at">;
  /** Unix ms, when it was opened. */
  now: number;
  onDone: () => void;
  onClose: () => void;
};

/** When the message is to be sent: a few times that are offered, or any other. */
export function SendLater({ chat, message, now, onDone, onClose }: SendLaterProps): ReactNode {
  const schedule = useSchedule(chat);
  const offered = presets(now);
  const [text, setText] = useState(toField(offered[1]?.at ?? now));
  const at = fromField(text);
  const choose = (time: number): void =>
    schedule.mutate({ ...message, at: time }, { onSuccess: onDone });
  return (
    <Dialog open onOpenChange={onClose} title="Send later">
      <div className={styles["body"]}>
        {schedule.error ? <Notice tone="danger">{errorWords(schedule.error)}</Notice> : null}
        <div className={styles["presets"]}>
          {offered.map((one) => (
            <button
              key={one.words}
              type="button"
              className={styles["preset"]}
              disabled={schedule.isPending}
              onClick={() => choose(one.at)}
            >
              <span>{one.words}</span>
              <small title={absolute(one.at)}>{upcoming(one.at, now)}</small>
            </button>
          ))}
        </div>
        <form
          className={styles["other"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (at !== null && at > now) choose(at);
          }}
        >
          <Field
            label="Another time"
            type="datetime-local"
            value={text}
            min={toField(now)}
            error={at !== null && at <= now ? "This time is over." : undefined}
            onChange={(event) => setText(event.target.value)}
          />
          <Button
            type="submit"
            look="primary"
            wide
            busy={schedule.isPending}
            disabled={at === null || at <= now}
          >
            Schedule
          </Button>
        </form>
      </div>
    </Dialog>
  );
}
