import { SendHorizontal } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { useOutbox } from "@/features/conversation/api/provider";
import { bodyBytes, sendable } from "@/features/conversation/model/body";
import styles from "@/features/conversation/ui/Composer.module.css";
import { limits } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";
import { draftOf, keepDraft } from "@/shared/lib/store";

const KEEP_MS = 300;
/** Bytes left from which on the writer is told. */
const TELL_BELOW = 500;

export function Composer({ chat }: { chat: string }): ReactNode {
  const { me } = useLive();
  const outbox = useOutbox();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const touched = useRef(false);

  useEffect(() => {
    let current = true;
    draftOf(me.person, chat)
      .then((draft) => {
        if (current && !touched.current) setText(draft);
      })
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [me.person, chat]);

  useEffect(() => {
    if (!touched.current) return;
    const timer = setTimeout(() => {
      void keepDraft(me.person, chat, text).catch(() => undefined);
    }, KEEP_MS);
    return () => clearTimeout(timer);
  }, [me.person, chat, text]);

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
  const write = (value: string): void => {
    touched.current = true;
    setText(value);
  };
  const send = (): void => {
    if (body === null) return;
    outbox.write(chat, body);
    write("");
    void keepDraft(me.person, chat, "").catch(() => undefined);
    box.current?.focus();
  };
  return (
    <form
      className={styles["composer"]}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={styles["box"]}>
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          aria-label="Message"
          placeholder="Message"
          enterKeyHint="send"
          value={text}
          className={styles["input"]}
          onChange={(event) => write(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        {left < TELL_BELOW ? (
          <span className={styles["left"]} data-over={left < 0} role="status">
            {left < 0 ? `${-left} too long` : left}
          </span>
        ) : null}
        <button
          type="submit"
          aria-label="Send"
          disabled={body === null}
          className={styles["send"]}
          // The keyboard of a phone stays where it is.
          onPointerDown={(event) => event.preventDefault()}
        >
          <SendHorizontal size={20} strokeWidth={1.75} />
        </button>
      </div>
    </form>
  );
}
