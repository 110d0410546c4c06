import { memo, type ReactNode } from "react";
import { piecesOf, type Piece } from "@/features/conversation/model/markdown";
import styles from "@/features/conversation/ui/Rich.module.css";
import type { Mention } from "@/shared/contracts/generated";
import { cx } from "@/shared/ui/cx";

type RichProps = { body: string; mentions: readonly Mention[]; all: boolean; me: string };

/** A body with its small Markdown. Every character of it is in the page; marks are there, but not shown. */
export const Rich = memo(
  function Rich({ body, mentions, all, me }: RichProps): ReactNode {
    return <Pieces pieces={piecesOf(body, mentions, all)} me={me} />;
  },
  (before, after) =>
    before.body === after.body &&
    before.all === after.all &&
    before.me === after.me &&
    before.mentions.length === after.mentions.length,
);

function Pieces({ pieces, me }: { pieces: readonly Piece[]; me: string }): ReactNode {
  // Pieces have no identity but their place, and never move within a body.
  return pieces.map((piece, index) => <One key={index} piece={piece} me={me} />);
}

function One({ piece, me }: { piece: Piece; me: string }): ReactNode {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "mark":
      return <span className={styles["mark"]}>{piece.text}</span>;
    case "mention":
      return (
        <span
          className={cx(
            styles["mention"],
            (piece.person === null || piece.person === me) && styles["me"],
          )}
        >
          {piece.text}
        </span>
      );
    case "link":
      return (
        <a
          className={styles["link"]}
          href={piece.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
        >
          <Pieces pieces={piece.pieces} me={me} />
        </a>
      );
    case "strong":
      return (
        <strong>
          <Pieces pieces={piece.pieces} me={me} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Pieces pieces={piece.pieces} me={me} />
        </em>
      );
    case "code":
      return (
        <code className={styles["code"]}>
          <Pieces pieces={piece.pieces} me={me} />
        </code>
      );
    case "block":
    case "item":
    case "list":
    case "paragraph":
    case "quote":
    case "steps":
      return (
        <span className={cx(styles["box"], styles[piece.kind])} data-block={piece.kind}>
          <Pieces pieces={piece.pieces} me={me} />
        </span>
      );
  }
}
