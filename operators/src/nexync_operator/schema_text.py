"""SQL text cut into statements, as far as the runner has to understand it: quotes, comments, semicolons."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<comment> --[^\n]* )
    | (?P<block> /\* )
    | (?P<quoted> (?<![\w$]) [eE] '(?: [^'\\] | \\. | '' )*' | '(?: [^'] | '' )*' )
    | (?P<name> "(?: [^"] | "" )*" )
    | (?P<dollar> (?<![\w$]) \$ (?P<tag> [A-Za-z_]\w* )? \$ )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = r'(?:"(?:[^"]|"")+"|[a-z_][\w$]*)'
_CREATE: Final = re.compile(
    rf"create (?:unique )?index concurrently (?:if not exists )?(?P<index>{_NAME}) "
    rf"on (?:only )?(?P<table>{_NAME}(?: ?\. ?{_NAME})?)(?= |\()",
    re.IGNORECASE,
)
_DROP: Final = re.compile(
    rf"drop index concurrently (?P<lenient>if exists )?(?P<index>{_NAME}(?: ?\. ?{_NAME})?)(?: restrict)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` is as written; `bare` has no comments, one space between words and empty string literals."""

    text: str
    bare: str


@dataclass(frozen=True, slots=True)
class IndexStep:
    """One statement of a non-transactional migration.

    `index` is as written (quotes and all), `table` None for a drop; `lenient` is IF EXISTS.
    """

    statement: Statement
    index: str
    table: str | None
    lenient: bool = False


def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a file in order, without empty ones. What is not closed runs to the end."""
    found: list[Statement] = []
    start = 0
    bare: list[str] = []
    for piece, at, end in _pieces(text):
        if piece is None:
            _add(found, text[start:at], bare)
            start, bare = end, []
        else:
            bare.append(piece)
    _add(found, text[start:], bare)
    return tuple(found)


def _add(found: list[Statement], text: str, bare: Sequence[str]) -> None:
    words = " ".join("".join(bare).split())
    if words:
        found.append(Statement(text.strip(), words))


def _pieces(text: str) -> Iterator[tuple[str | None, int, int]]:
    """(what counts of it, from, to); None stands for a semicolon."""
    at = 0
    while match := _TOKEN.search(text, at):
        yield text[at : match.start()], at, match.start()
        end = match.end()
        piece: str | None = " "
        if match["block"]:
            end = _after_block(text, end)
        elif match["dollar"]:
            close = text.find(match["dollar"], end)
            end = len(text) if close < 0 else close + len(match["dollar"])
            piece = " '' "
        elif match["quoted"]:
            piece = " '' "
        elif match["name"]:
            piece = match["name"]
        elif match["end"]:
            piece = None
        yield piece, match.start(), end
        at = end
    yield text[at:], at, len(text)


def _after_block(text: str, at: int) -> int:
    """The end of a block comment, which may hold others."""
    depth = 1
    while depth and (match := re.compile(r"/\*|\*/").search(text, at)):
        depth += 1 if match.group() == "/*" else -1
        at = match.end()
    return len(text) if depth else at


def index_step(statement: Statement) -> IndexStep | None:
    """The statement as a step that can be taken again after a crash; None when it is no such statement."""
    if match := _CREATE.match(statement.bare):
        return IndexStep(statement, match["index"], match["table"].replace(" ", ""))
    if match := _DROP.fullmatch(statement.bare):
        index = match["index"].replace(" ", "")
        return IndexStep(statement, index, None, lenient=bool(match["lenient"]))
    return None


def folded(name: str) -> str:
    """An identifier as the catalog has it: unquoted ones in small letters."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def transaction_control(found: Sequence[Statement]) -> Statement | None:
    """The first statement that would end or begin a transaction."""
    words = {"begin", "commit", "rollback", "abort", "end", "savepoint", "release"}
    if any("begin atomic" in one.bare.lower() for one in found):
        # The body of an SQL function is cut at its semicolons here, and closes with END.
        words.discard("end")
    for one in found:
        head = one.bare.lower().split()
        if head[0] in words or head[:2] in (["start", "transaction"], ["prepare", "transaction"]):
            return one
    return None
