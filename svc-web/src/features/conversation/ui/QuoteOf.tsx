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
    quote === null ? "A message" : (quote.hook ?? (quote.by === me ? "You" : nameOf(quote.by)));
  return (
    <button type="button" className={styles["quote"]} onClick={() => onShow(seq)}>
      <span className={styles["who"]}>
        <span className="visually-hidden">Answers </span>
        {who}
        <span className="visually-hidden">: </span>
      </span>
      <span className={styles["words"]} dir="auto">
        {words}
      </span>
    </button>
  );
}

function quoteWords(quote: NonNullable<MessageRow["reply"]>["quote"]): string {
  if (quote === null) return "not loaded";
  return quote.deleted ? "Message deleted" : plain(piecesOf(saidIn(quote))).trim();
}
