import { CalendarClock, Check, Paperclip, Pencil, Reply, SendHorizontal, X } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { useOutbox } from "@/features/conversation/api/provider";
import { useUploads } from "@/features/conversation/api/useUploads";
import type { UploadList } from "@/features/conversation/api/uploads";
import { useTyping } from "@/features/conversation/api/typing";
import { bodyBytes, sendable } from "@/features/conversation/model/body";
import { nameBefore, resolved, type Named } from "@/features/conversation/model/mentions";
import type { MessageRow } from "@/features/conversation/model/rows";
import { Names } from "@/features/conversation/ui/Names";
import { piecesOf, plain } from "@/features/conversation/model/markdown";
import { SendLater } from "@/features/conversation/ui/SendLater";
import { anyFailed, MOST_WORDS } from "@/features/conversation/model/uploads";
import styles from "@/features/conversation/ui/Composer.module.css";
import { UploadStrip } from "@/features/conversation/ui/UploadStrip";
import { limits, type Attachment, type ScheduleBody } from "@/shared/contracts/generated";
import { COVERED, saidIn } from "@/shared/lib/said";
import { useDraft, useDraftLeft, useDrafts } from "@/shared/lib/useDrafts";
import { IconButton } from "@/shared/ui/Button";

/** Bytes left from which on the writer is told. */
const TELL_BELOW = 500;

/**
 * What the next message is for: a new one, another text for an own one, or an answer. `draft` is the beginning of the
 * answer's draft, 0 while it has no text.
 */
export type Aim =
  | { kind: "new" }
  | { kind: "edit"; row: MessageRow }
  | { kind: "reply"; row: MessageRow; name: string; draft: number };

type ComposerProps = {
  chat: string;
  aim: Aim;
  onAim: (aim: Aim) => void;
  /** Arrow up in an empty composer. */
  onEditLast: () => void;
  /** Who can be named, and whether all can be at once. */
  people: readonly Named[];
  admin: boolean;
  /** Whose messages are covered. */
  blocked: ReadonlySet<string>;
  /** The files of the next message. */
  files: UploadList;
};

const ATTACH = `Attach files, up to ${limits.messageAttachments} of ${MOST_WORDS} each`;

export function Composer(props: ComposerProps): ReactNode {
  const { chat, aim, onAim, onEditLast, people, admin, blocked, files } = props;
  const outbox = useOutbox();
  const sayTyping = useTyping(chat);
  const box = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const uploads = useUploads(files);
  const drafts = useDrafts();
  const draft = useDraft(chat);
  useDraftLeft(chat);
  /** The text of the message that is being edited; the draft waits meanwhile. */
  const [edit, setEdit] = useState({ id: "", text: "" });
  const editing = aim.kind === "edit" ? aim.row : null;
  const text = editing === null ? draft.text : edit.id === editing.id ? edit.text : editing.body;
  const [caret, setCaret] = useState(0);
  const [closed, setClosed] = useState(-1);
  const [chosen, setChosen] = useState(0);
  /** Since when it is asked for the time at which to send it, Unix ms. */
  const [later, setLater] = useState<number | null>(null);
  const typing = nameBefore(text, caret);
  const offered =
    typing === null || typing.index === closed ? [] : offers(people, admin, typing.name);

  const aimedAt = aim.kind === "new" ? "" : `${aim.kind} ${aim.row.id}`;
  useEffect(() => {
    if (aimedAt !== "") box.current?.focus();
  }, [aimedAt]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, [chat]);

  const left = limits.messageBodyBytes - bodyBytes(text);
  const body = sendable(text);
  const carries = editing === null && uploads.length > 0;
  const over = left < 0;
  // What has failed is first taken away or tried again.
  const there = carries ? files.carried() : [];
  /** What may be sent later has all of its files. */
  const laterWith = editing === null && !over && (body !== null || carries) ? there : null;
  const ready = carries ? !over && !anyFailed(uploads) : body !== null;
  const write = (value: string): void => {
    if (editing !== null) {
      setEdit({ id: editing.id, text: value });
      return;
    }
    drafts.write(chat, value, aim.kind === "reply" ? aim.row.seq : draft.replyTo);
    const { began } = drafts.of(chat);
    if (aim.kind === "reply" && aim.draft !== began) onAim({ ...aim, draft: began });
    if (value !== "") sayTyping();
  };
  const take = (name: string): void => {
    if (typing === null) return;
    const head = `${text.slice(0, typing.index)}@${name} `;
    write(head + text.slice(caret).replace(/^ /, ""));
    setClosed(-1);
    setChosen(0);
    requestAnimationFrame(() => box.current?.setSelectionRange(head.length, head.length));
    setCaret(head.length);
    box.current?.focus();
  };
  const leave = (): void => {
    setEdit({ id: "", text: "" });
    if (aim.kind === "reply") drafts.write(chat, draft.text, null);
    onAim({ kind: "new" });
  };
  /** What was written is sent, or will be: the composer begins anew. */
  const written = (): void => {
    drafts.sent(chat);
    if (aim.kind !== "new") onAim({ kind: "new" });
    box.current?.focus();
  };
  const send = (): void => {
    if (!ready) return;
    const says = body ?? "";
    const { mentions, all } = resolved(says, people, admin);
    if (editing !== null) {
      if (editing.seq !== null && says !== editing.body) {
        const change = { kind: "edit", target: editing.seq, body: says } as const;
        outbox.change(chat, { ...change, mentions, all });
      }
      leave();
      return;
    }
    const replyTo = aim.kind === "reply" ? aim.row.seq : null;
    outbox.write(chat, { body: says, replyTo, mentions, all });
    written();
  };
  return (
    <>
      <form
        className={styles["composer"]}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {aim.kind === "new" ? null : (
          <div className={styles["aim"]}>
            {aim.kind === "edit" ? (
              <Pencil size={16} strokeWidth={1.75} aria-hidden="true" />
            ) : (
              <Reply size={16} strokeWidth={1.75} aria-hidden="true" />
            )}
            <p className={styles["aimWords"]}>
              <strong>{aim.kind === "edit" ? "Edit message" : `Reply to ${aim.name}`}</strong>
              <span dir="auto">{blocked.has(aim.row.by) ? COVERED : wordsOf(aim.row)}</span>
            </p>
            <IconButton label="Cancel" side="top" onClick={() => leave()}>
              <X size={18} strokeWidth={1.75} />
            </IconButton>
          </div>
        )}
        {offered.length > 0 ? <Names people={offered} chosen={chosen} onTake={take} /> : null}
        {editing === null ? <UploadStrip list={files} /> : null}
        <div className={styles["box"]}>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={ATTACH}
            onChange={(event) => {
              files.add([...(event.target.files ?? [])]);
              // The same file can be chosen once more.
              event.target.value = "";
              box.current?.focus();
            }}
          />
          {editing === null ? (
            <IconButton
              label={ATTACH}
              side="top"
              className={styles["attach"]}
              onClick={() => chooser.current?.click()}
            >
              <Paperclip size={20} strokeWidth={1.75} />
            </IconButton>
          ) : null}
          <textarea
            ref={box}
            rows={1}
            dir="auto"
            aria-label="Message"
            placeholder="Message"
            enterKeyHint="send"
            value={text}
            className={styles["input"]}
            role="combobox"
            aria-expanded={offered.length > 0}
            aria-controls="names"
            aria-autocomplete="list"
            aria-activedescendant={offered.length > 0 ? `name-${chosen}` : undefined}
            onChange={(event) => {
              write(event.target.value);
              setCaret(event.target.selectionStart);
              setChosen(0);
            }}
            onPaste={(event) => {
              const pasted = [...event.clipboardData.files];
              if (pasted.length === 0 || editing !== null) return;
              event.preventDefault();
              files.add(pasted);
            }}
            onBlur={() => drafts.flush(chat)}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (offered.length > 0) {
                const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
                if (step !== undefined) {
                  event.preventDefault();
                  setChosen((chosen + step + offered.length) % offered.length);
                  return;
                }
                const one = offered[chosen];
                if ((event.key === "Enter" || event.key === "Tab") && one !== undefined) {
                  event.preventDefault();
                  take(one.username);
                  return;
                }
                if (event.key === "Escape" && typing !== null) {
                  setClosed(typing.index);
                  return;
                }
              }
              if (event.key === "Escape" && aim.kind !== "new") leave();
              if (event.key === "ArrowUp" && text === "" && aim.kind === "new") {
                event.preventDefault();
                onEditLast();
              }
              if (event.key !== "Enter" || event.shiftKey) return;
              event.preventDefault();
              send();
            }}
          />
          {left < TELL_BELOW ? (
            <span className={styles["left"]} data-over={over} role="status">
              {over ? `${-left} too long` : left}
            </span>
          ) : null}
          {laterWith === null ? null : (
            <IconButton label="Send later" side="top" onClick={() => setLater(Date.now())}>
              <CalendarClock size={20} strokeWidth={1.75} />
            </IconButton>
          )}
          <button
            type="submit"
            aria-label={editing === null ? "Send" : "Save"}
            disabled={!ready}
            className={styles["send"]}
            // The keyboard of a phone stays where it is.
            onPointerDown={(event) => event.preventDefault()}
          >
            {editing === null ? (
              <SendHorizontal size={20} strokeWidth={1.75} />
            ) : (
              <Check size={20} strokeWidth={2} />
            )}
          </button>
        </div>
      </form>
      {later === null || laterWith === null ? null : (
        <SendLater
          chat={chat}
          message={forLater(body ?? "", laterWith, aim, people, admin)}
          now={later}
          onDone={() => {
            setLater(null);
            outbox.given(chat);
            written();
          }}
          onClose={() => setLater(null)}
        />
      )}
    </>
  );
}

function forLater(
  body: string,
  files: readonly Attachment[],
  aim: Aim,
  people: readonly Named[],
  admin: boolean,
): Omit<ScheduleBody, "at"> {
  const { mentions, all } = resolved(body, people, admin);
  const replyTo = aim.kind === "reply" ? aim.row.seq : null;
  const ids = files.map((file) => file.id);
  return { body, files: ids, reply_to: replyTo, mentions: [...mentions], mention_all: all };
}

const OFFERED = 6;

function offers(people: readonly Named[], admin: boolean, typed: string): Named[] {
  const everyone = { person: "all", username: "all", name: "Everyone", bot: false };
  const known = admin ? [...people, everyone] : people;
  return known
    .filter(
      ({ username, name }) =>
        username.startsWith(typed) ||
        name
          .toLowerCase()
          .split(" ")
          .some((word) => word.startsWith(typed)),
    )
    .slice(0, OFFERED);
}

/** The answered or edited message in one line. */
function wordsOf(row: MessageRow): string {
  return plain(piecesOf(saidIn({ body: row.body, attachments: row.files }))).trim();
}
