import { ImagePlus, Trash2 } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { limits } from "@/shared/contracts/generated";
import { cleanName } from "@/shared/lib/files";
import { UnreadableError, upload } from "@/shared/lib/upload";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import styles from "@/shared/ui/PictureChooser.module.css";

const TYPES = "image/jpeg,image/png,image/webp,image/gif";
const MOST = `${limits.attachmentBytes / 1_048_576} MB`;

type PictureChooserProps = {
  /** There is one now. */
  has: boolean;
  /** Makes an upload the picture, or takes it away. */
  onSet: (picture: string | null) => Promise<unknown>;
  /** The face as it is now. */
  children: ReactNode;
};

/** A face with what changes it. The server cuts a square out of the middle. */
export function PictureChooser({ has, onSet, children }: PictureChooserProps): ReactNode {
  const chooser = useRef<HTMLInputElement>(null);
  const end = useRef<AbortController | null>(null);
  const [state, setState] = useState<"idle" | "busy" | "waiting">("idle");
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => () => end.current?.abort(), []);
  const run = async (steps: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
    const own = new AbortController();
    end.current = own;
    setState("busy");
    setProblem(null);
    try {
      await steps(own.signal);
    } catch (error) {
      if (!own.signal.aborted) setProblem(problemWords(error));
    }
    if (!own.signal.aborted) setState("idle");
  };
  const choose = (file: File): void => {
    if (file.size > limits.attachmentBytes || file.size === 0) {
      setProblem(file.size === 0 ? "The file is empty." : `A picture has at most ${MOST}.`);
      return;
    }
    const about = { name: cleanName(file.name), size: file.size, purpose: "picture" as const };
    void run(async (signal) => {
      const { id } = await upload(file, about, signal, {
        onSent: () => setState("busy"),
        onWaiting: () => setState("waiting"),
      });
      await onSet(id);
    });
  };
  const busy = state !== "idle";
  return (
    <div className={styles["chooser"]}>
      <span className={styles["face"]} data-busy={busy}>
        {children}
      </span>
      <input
        ref={chooser}
        type="file"
        accept={TYPES}
        hidden
        aria-label="Picture"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file can be chosen once more.
          event.target.value = "";
          if (file !== undefined) choose(file);
        }}
      />
      <div className={styles["buttons"]}>
        <Button small busy={busy} onClick={() => chooser.current?.click()}>
          <ImagePlus size={16} strokeWidth={1.75} />
          {has ? "Change picture" : "Choose a picture"}
        </Button>
        {has ? (
          <Button small look="quiet" disabled={busy} onClick={() => void run(() => onSet(null))}>
            <Trash2 size={16} strokeWidth={1.75} />
            Remove picture
          </Button>
        ) : null}
      </div>
      {problem === null && state !== "waiting" ? null : (
        <p className={styles["words"]} data-problem={problem !== null} role="alert">
          {problem ?? "Waits for a connection"}
        </p>
      )}
    </div>
  );
}

function problemWords(error: unknown): string {
  return error instanceof UnreadableError
    ? "The file can’t be read any more. Choose it again."
    : errorWords(error);
}
