import type { ReactNode } from "react";
import { piecesOf, plain } from "@/features/conversation/model/markdown";
import type { MessageRow } from "@/features/conversation/model/rows";
import styles from "@/features/conversation/ui/QuoteOf.module.css";
import { COVERED, saidIn } from "@/shared/lib/said";

type QuoteOfProps = {
  reply: NonNullable<MessageRow["reply"]>;
  me: string;
  nameOf: (person: string) => string;
  blocked: ReadonlySet<string>;
  onShow: (seq: number) => void;
};

/** The beginning of what a message answers; pressing it goes there. */
export function QuoteOf({ reply, me, nameOf, blocked, onShow }: QuoteOfProps): ReactNode {
  const { seq, quote } = reply;
  const words = quote !== null && blocked.has(quote.by) ? COVERED : quoteWords(quote);
  const who =
    quote === null ? "A message" : quote.by === me ? "You" : (quote.hook ?? nameOf(quote.by));
  return (
    <button
      type="button"
      className={styles["quote"]}
      aria-label={`Answers ${who}: ${words}`}
      onClick={() => onShow(seq)}
    >
      <span className={styles["who"]}>{who}</span>
      <span className={styles["words"]} dir="auto">
        {words}
      </span>
    </button>
  );
}

export function quoteWords(quote: NonNullable<MessageRow["reply"]>["quote"]): string {
  if (quote === null) return "not loaded";
  return quote.deleted ? "Message deleted" : plain(piecesOf(saidIn(quote))).trim();
}
