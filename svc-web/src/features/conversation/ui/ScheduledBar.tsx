import {
  CalendarClock,
  File as FileIcon,
  Image as ImageIcon,
  Paperclip,
  Pencil,
  SendHorizontal,
  Trash2,
} from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import {
  useReschedule,
  useScheduled,
  useUnschedule,
  type Rescheduled,
} from "@/features/conversation/api/scheduled";
import { UploadList } from "@/features/conversation/api/uploads";
import { useUploads } from "@/features/conversation/api/useUploads";
import { bodyBytes, sendable } from "@/features/conversation/model/body";
import { fromField, toField } from "@/features/conversation/model/later";
import { resolved, type Named } from "@/features/conversation/model/mentions";
import styles from "@/features/conversation/ui/Later.module.css";
import { UploadStrip } from "@/features/conversation/ui/UploadStrip";
import { limits, type Attachment, type ScheduledView } from "@/shared/contracts/generated";
import { sizeWords } from "@/shared/lib/sizes";
import { absolute, upcoming } from "@/shared/lib/time";
import { useNow } from "@/shared/lib/useNow";
import { errorWords, rejectionWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { TextArea } from "@/shared/ui/TextArea";

type ScheduledBarProps = { chat: string; people: readonly Named[]; admin: boolean };

/** Above the composer while messages wait: how many, and all that can be done with them. */
export function ScheduledBar({ chat, people, admin }: ScheduledBarProps): ReactNode {
  const messages = useScheduled(chat);
  const [open, setOpen] = useState(false);
  const now = useNow();
  if (messages.length === 0) return null;
  const troubled = messages.some((one) => one.problem !== null);
  return (
    <>
      <button
        type="button"
        className={styles["bar"]}
        data-troubled={troubled || undefined}
        onClick={() => setOpen(true)}
      >
        <CalendarClock size={18} strokeWidth={1.75} aria-hidden="true" />
        {barWords(messages, now)}
      </button>
      {open ? (
        <Dialog open onOpenChange={setOpen} title="Scheduled messages">
          <Messages chat={chat} messages={messages} people={people} admin={admin} />
        </Dialog>
      ) : null}
    </>
  );
}

function barWords(messages: readonly ScheduledView[], now: number): string {
  const refused = messages.filter((one) => one.problem !== null).length;
  if (refused > 0) {
    return refused === 1 ? "1 message could not be sent" : `${refused} messages could not be sent`;
  }
  const [first] = messages;
  if (messages.length > 1 || first === undefined) return `${messages.length} messages scheduled`;
  return `1 message scheduled for ${upcoming(first.at, now)}`;
}

type MessagesProps = ScheduledBarProps & { messages: readonly ScheduledView[] };

function Messages({ chat, messages, people, admin }: MessagesProps): ReactNode {
  const reschedule = useReschedule(chat);
  const remove = useUnschedule(chat);
  const [edited, setEdited] = useState<string | null>(null);
  const problem = reschedule.error ?? remove.error;
  return (
    <div className={styles["body"]}>
      {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
      <ul className={styles["list"]} aria-label="Scheduled messages">
        {messages.map((one) =>
          one.scheduled === edited ? (
            <li key={one.scheduled} className={styles["item"]}>
              <Edit
                message={one}
                people={people}
                admin={admin}
                busy={reschedule.isPending}
                onSave={(body, kept) =>
                  reschedule.mutate(
                    { scheduled: one.scheduled, body },
                    {
                      onSuccess: () => {
                        kept();
                        setEdited(null);
                      },
                    },
                  )
                }
                onCancel={() => setEdited(null)}
              />
            </li>
          ) : (
            <li key={one.scheduled} className={styles["item"]}>
              {one.body === "" ? null : (
                <p className={styles["said"]} dir="auto">
                  {one.body}
                </p>
              )}
              {one.attachments.length === 0 ? null : <Carried files={one.attachments} />}
              <p className={styles["when"]} data-troubled={one.problem !== null || undefined}>
                {one.problem === null
                  ? absolute(one.at)
                  : `Not sent. ${rejectionWords(one.problem)}`}
              </p>
              <span className={styles["tools"]}>
                <IconButton label="Send now" onClick={() => sendNow(reschedule.mutate, one)}>
                  <SendHorizontal size={18} strokeWidth={1.75} />
                </IconButton>
                <IconButton label="Edit" onClick={() => setEdited(one.scheduled)}>
                  <Pencil size={18} strokeWidth={1.75} />
                </IconButton>
                <IconButton label="Delete" onClick={() => remove.mutate(one.scheduled)}>
                  <Trash2 size={18} strokeWidth={1.75} />
                </IconButton>
              </span>
            </li>
          ),
        )}
      </ul>
    </div>
  );
}

/** What the message is going to carry. */
function Carried({ files }: { files: readonly Attachment[] }): ReactNode {
  return (
    <ul className={styles["files"]} aria-label="Files">
      {files.map((file, at) => (
        <li key={`${at} ${file.id}`} className={styles["file"]}>
          {file.kind === "image" ? (
            <ImageIcon size={16} strokeWidth={1.75} aria-hidden="true" />
          ) : (
            <FileIcon size={16} strokeWidth={1.75} aria-hidden="true" />
          )}
          <span className={styles["fileName"]} title={file.alt ?? undefined} dir="auto">
            {file.name}
          </span>
          <small>{sizeWords(file.size)}</small>
        </li>
      ))}
    </ul>
  );
}

function sendNow(change: (change: Rescheduled) => void, { scheduled }: ScheduledView): void {
  change({ scheduled, body: { at: 0, files: null, body: null, mentions: [], mention_all: false } });
}

type EditProps = {
  message: ScheduledView;
  people: readonly Named[];
  admin: boolean;
  busy: boolean;
  /** `kept` is to be called once the server has it. */
  onSave: (body: Rescheduled["body"], kept: () => void) => void;
  onCancel: () => void;
};

function Edit({ message, people, admin, busy, onSave, onCancel }: EditProps): ReactNode {
  const [text, setText] = useState(message.body);
  const [time, setTime] = useState(toField(message.at));
  const [list] = useState(() => new UploadList());
  const [carried] = useState(message.attachments);
  const uploads = useUploads(list);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    list.restore(carried, true);
    return () => list.close();
  }, [list, carried]);
  const files = list.carried();
  // With files it may say nothing.
  const body = sendable(text) ?? (uploads.length > 0 ? "" : null);
  const at = fromField(time);
  const left = limits.messageBodyBytes - bodyBytes(text);
  return (
    <form
      className={styles["edit"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (body === null || at === null || files === null) return;
        const { mentions, all } = resolved(body, people, admin);
        onSave(
          {
            at,
            files: files.map((file) => file.id),
            body,
            mentions: [...mentions],
            mention_all: all,
          },
          () => list.given(),
        );
      }}
    >
      <TextArea
        label="Text"
        error={left < 0 ? `The text is ${-left} bytes too long.` : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <UploadStrip list={list} />
      <span className={styles["more"]}>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files for this message"
          onChange={(event) => {
            list.add([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <Button
          look="quiet"
          small
          disabled={uploads.length >= limits.messageAttachments}
          onClick={() => input.current?.click()}
        >
          <Paperclip size={18} strokeWidth={1.75} aria-hidden="true" />
          Add files
        </Button>
      </span>
      <Field
        label="Time"
        type="datetime-local"
        value={time}
        onChange={(event) => setTime(event.target.value)}
      />
      <span className={styles["ends"]}>
        <Button small onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          small
          look="primary"
          busy={busy}
          disabled={body === null || at === null || files === null}
        >
          Save
        </Button>
      </span>
    </form>
  );
}
