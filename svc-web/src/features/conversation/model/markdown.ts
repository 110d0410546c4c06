import { fromMarkdown } from "mdast-util-from-markdown";
import type { Mention } from "@/shared/contracts/generated";

/**
 * A body as pieces. Put together, the texts of all pieces are the body, character by character: a mark
 * (`**`, a bullet, a fence) is a piece that isn't shown.
 */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "mark"; text: string }
  | { kind: "mention"; text: string; person: string | null }
  | { kind: "link"; href: string; pieces: Piece[] }
  | { kind: Span; pieces: Piece[] };

type Span =
  "strong" | "emphasis" | "code" | "block" | "paragraph" | "quote" | "list" | "steps" | "item";

type Node = ReturnType<typeof fromMarkdown>["children"][number] | ReturnType<typeof fromMarkdown>;

/** What is not in the small Markdown stays as it was typed. */
const OFF = [
  "characterEscape",
  "characterReference",
  "codeIndented",
  "definition",
  "headingAtx",
  "hardBreakEscape",
  "htmlFlow",
  "htmlText",
  "labelStartImage",
  "setextUnderline",
  "thematicBreak",
];
const DEEPEST = 8;
const SPECIAL = /[*_`>~+\-[<]|^\s*\d+[.)]|:\/\//m;
/** So deep on one line is a joke on the reader's processor, not a list. */
const TOO_DEEP = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d+[.)](?=[ \t]))[ \t]*){9}/m;
const URLS = /\bhttps?:\/\/[^\s<>"'`]+/g;
const SAFE = /^(?:https?:\/\/|mailto:)/i;

/** The pieces of a body. Never throws; what can't be read as Markdown is text. */
export function piecesOf(body: string, mentions: readonly Mention[] = [], all = false): Piece[] {
  const readable = SPECIAL.test(body) && !TOO_DEEP.test(body);
  const found = readable ? parsed(body) : [text(body)];
  return mentions.length === 0 && !all ? found : named(found, mentions, all);
}

/** What a screen reader or a preview says: the body without marks. */
export function plain(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === "mark") return /\n/.test(piece.text) ? " " : "";
      return "text" in piece ? piece.text : plain(piece.pieces);
    })
    .join("");
}

const text = (value: string): Piece => ({ kind: "text", text: value });
const mark = (value: string): Piece => ({ kind: "mark", text: value });

function parsed(body: string): Piece[] {
  const bom = body.startsWith("\uFEFF") ? "\uFEFF" : "";
  const source = body.slice(bom.length);
  try {
    const root = fromMarkdown(source, { extensions: [{ disable: { null: OFF } }] });
    const pieces = new Reader(source).blocks(root, 0, source.length, 0);
    const whole = bom === "" ? pieces : [text(bom), ...pieces];
    return sourceOf(whole) === body ? whole : [text(body)];
  } catch {
    return [text(body)];
  }
}

/** The texts of all pieces together. */
export function sourceOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => ("text" in piece ? piece.text : sourceOf(piece.pieces))).join("");
}

class Reader {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** The blocks of a container; what is between them is marks. */
  blocks(node: Node, start: number, end: number, depth: number): Piece[] {
    const children = "children" in node ? (node.children as Node[]) : [];
    const pieces: Piece[] = [];
    let at = start;
    for (const child of children) {
      const [from, to] = this.#place(child);
      const gap = this.#source.slice(at, from);
      // Spaces before a paragraph on its first line are the writer's, not Markdown's.
      const indent =
        child.type === "paragraph" && node.type === "root" ? (/ *$/.exec(gap)?.[0] ?? "") : "";
      this.#push(pieces, mark(gap.slice(0, gap.length - indent.length)));
      const piece = this.#block(child, from, to, depth);
      if (indent !== "" && "pieces" in piece) piece.pieces.unshift(text(indent));
      pieces.push(piece);
      at = to;
    }
    const rest = this.#source.slice(at, end);
    this.#push(pieces, children.length === 0 ? text(rest) : mark(rest));
    return pieces;
  }

  #block(node: Node, from: number, to: number, depth: number): Piece {
    const inner = (): Piece[] => this.blocks(node, from, to, depth + 1);
    if (depth >= DEEPEST) return text(this.#source.slice(from, to));
    if (node.type === "paragraph") {
      return { kind: "paragraph", pieces: this.#inline(node, from, to, depth) };
    }
    if (node.type === "blockquote") return { kind: "quote", pieces: inner() };
    if (node.type === "list") return { kind: node.ordered ? "steps" : "list", pieces: inner() };
    if (node.type === "listItem") return { kind: "item", pieces: inner() };
    if (node.type === "code") return { kind: "block", pieces: this.#fenced(from, to) };
    return text(this.#source.slice(from, to));
  }

  #inline(node: Node, start: number, end: number, depth: number): Piece[] {
    const children = "children" in node ? (node.children as Node[]) : [];
    const pieces: Piece[] = [];
    let at = start;
    for (const child of children) {
      const [from, to] = this.#place(child);
      this.#push(pieces, gapOf(this.#source.slice(at, from)));
      pieces.push(...this.#span(child, from, to, depth + 1));
      at = to;
    }
    this.#push(pieces, gapOf(this.#source.slice(at, end)));
    return pieces;
  }

  #span(node: Node, from: number, to: number, depth: number): Piece[] {
    const raw = this.#source.slice(from, to);
    if (depth >= DEEPEST + DEEPEST) return [text(raw)];
    if (node.type === "text") return aligned(raw, node.value);
    if (node.type === "strong" || node.type === "emphasis") {
      return [{ kind: node.type, pieces: this.#inline(node, from, to, depth) }];
    }
    if (node.type === "inlineCode") {
      const fence = /^`+/.exec(raw)?.[0] ?? "";
      const inner = raw.slice(fence.length, raw.length - fence.length);
      return [{ kind: "code", pieces: [mark(fence), text(inner), mark(fence)] }];
    }
    if (node.type === "link" && SAFE.test(node.url)) {
      return [{ kind: "link", href: node.url, pieces: this.#inline(node, from, to, depth) }];
    }
    return [text(raw)];
  }

  #fenced(from: number, to: number): Piece[] {
    const raw = this.#source.slice(from, to);
    const first = raw.indexOf("\n");
    if (first < 0) return [text(raw)];
    const end = /\n[ >]*(?:`{3,}|~{3,})[ \t]*$/.exec(raw);
    const last = end === null || end.index < first ? raw.length : end.index;
    const inner = raw.slice(first + 1, Math.max(first + 1, last));
    const tail = raw.slice(first + 1 + inner.length);
    const pieces = [mark(raw.slice(0, first + 1)), text(inner)];
    this.#push(pieces, mark(tail));
    return pieces;
  }

  #place(node: Node): [number, number] {
    return [node.position?.start.offset ?? 0, node.position?.end.offset ?? 0];
  }

  #push(pieces: Piece[], piece: Piece): void {
    if ("text" in piece && piece.text !== "") pieces.push(piece);
  }
}

function gapOf(raw: string): Piece {
  return raw.trim() === "" ? text(raw) : mark(raw);
}

/** Text over several lines lacks what belongs to the containers around it: `> ` at the start of a line. */
function aligned(raw: string, value: string): Piece[] {
  if (raw === value) return linked(raw);
  const pieces: Piece[] = [];
  let shown = "";
  let hidden = "";
  let at = 0;
  for (const character of raw) {
    if (value.startsWith(character, at)) {
      if (hidden !== "") pieces.push(mark(hidden));
      hidden = "";
      shown += character;
      at += character.length;
    } else if (/\s/.test(character) && hidden === "") {
      shown += character;
    } else {
      if (shown !== "") pieces.push(...linked(shown));
      shown = "";
      hidden += character;
    }
  }
  if (hidden !== "") pieces.push(mark(hidden));
  if (shown !== "") pieces.push(...linked(shown));
  return at === value.length ? pieces : linked(raw);
}

/** Addresses in text are links without any mark. */
function linked(value: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of value.matchAll(URLS)) {
    const href = match[0].replace(/[.,:;!?)\]*_]+$/, "");
    if (match.index > at) pieces.push(text(value.slice(at, match.index)));
    pieces.push({ kind: "link", href, pieces: [text(href)] });
    at = match.index + href.length;
  }
  if (at < value.length || pieces.length === 0) pieces.push(text(value.slice(at)));
  return pieces;
}

/** Names that the event resolves are mentions; others stay text. */
function named(pieces: readonly Piece[], mentions: readonly Mention[], all: boolean): Piece[] {
  const people = new Map(mentions.map(({ name, person }) => [name, person]));
  return pieces.flatMap((piece): Piece[] => {
    if (piece.kind === "text") return split(piece.text, people, all);
    if (!("pieces" in piece) || piece.kind === "code" || piece.kind === "block") return [piece];
    return [{ ...piece, pieces: named(piece.pieces, mentions, all) }];
  });
}

function split(value: string, people: ReadonlyMap<string, string>, all: boolean): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { name, index } of namesIn(value)) {
    const person = people.get(name) ?? null;
    if (person === null && !(all && name === "all")) continue;
    if (index > at) pieces.push(text(value.slice(at, index)));
    pieces.push({ kind: "mention", text: `@${name}`, person });
    at = index + name.length + 1;
  }
  if (at < value.length) pieces.push(text(value.slice(at)));
  return pieces;
}

/** Every `@name` of a text, as usernames are written. */
export function namesIn(value: string): { name: string; index: number }[] {
  return [...value.matchAll(/(?<![\w@.])@([a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?)/g)].map((match) => ({
    name: match[1] ?? "",
    index: match.index,
  }));
}
