import { useCallback, useEffect, useRef, useState } from "react";
import { seenHere } from "@/features/conversation/api/seenHere";
import { fileAddress, fileContent, saveAs, type InMessage, type Variant } from "@/shared/lib/files";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";

/** `away`: there was no connection; `gone`: nobody gets it any more, or not this person. */
export type ImageState = "coming" | "there" | "away" | "gone";

export type LoadedImage = {
  src: string;
  state: ImageState;
  onLoad: () => void;
  onError: () => void;
  /** Once more, after there was no connection. */
  again: () => void;
};

/**
 * An image of a message. The browser loads it by its address; when that fails, for a session that has to be renewed or
 * a server that was busy, it is asked for once more with the care of any other request, which also tells why.
 */
export function useImage(of: InMessage, variant: Variant): LoadedImage {
  const { chat, message, file } = of;
  const [src, setSrc] = useState(
    () => (variant === "original" ? null : seenHere(file)) ?? fileAddress(of, variant),
  );
  const [state, setState] = useState<ImageState>("coming");
  const asking = useRef<AbortController | null>(null);
  const made = useRef<string | null>(null);
  const ask = useCallback(() => {
    if (made.current !== null) {
      setState("gone");
      return;
    }
    asking.current?.abort();
    const end = new AbortController();
    asking.current = end;
    setState("coming");
    fileContent({ chat, message, file }, variant, end.signal).then(
      (blob) => {
        if (end.signal.aborted) return;
        made.current = URL.createObjectURL(blob);
        setSrc(made.current);
      },
      (error: unknown) => {
        if (end.signal.aborted) return;
        const gone = error instanceof RestError && error.code === "not_found";
        setState(gone ? "gone" : "away");
      },
    );
  }, [chat, message, file, variant]);
  useEffect(
    () => () => {
      asking.current?.abort();
      if (made.current !== null) URL.revokeObjectURL(made.current);
    },
    [],
  );
  useEffect(() => {
    if (state !== "away") return;
    window.addEventListener("online", ask);
    return () => window.removeEventListener("online", ask);
  }, [state, ask]);
  const onLoad = useCallback(() => setState("there"), []);
  return { src, state, onLoad, onError: ask, again: ask };
}

export type Saving = {
  busy: boolean;
  /** Why it could not be saved. */
  words: string | null;
  save: () => void;
};

/** Saves a file of a message; a link alone couldn't say why it failed. */
export function useSaving(of: InMessage, name: string): Saving {
  const { chat, message, file } = of;
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState<string | null>(null);
  const end = useRef<AbortController | null>(null);
  useEffect(() => () => end.current?.abort(), []);
  const save = useCallback(() => {
    if (busy) return;
    const own = new AbortController();
    end.current = own;
    setBusy(true);
    setWords(null);
    fileContent({ chat, message, file }, "original", own.signal)
      .then(
        (blob) => saveAs(blob, name),
        (error: unknown) => {
          if (!own.signal.aborted) setWords(errorWords(error));
        },
      )
      .finally(() => {
        if (!own.signal.aborted) setBusy(false);
      });
  }, [busy, chat, message, file, name]);
  return { busy, words, save };
}
