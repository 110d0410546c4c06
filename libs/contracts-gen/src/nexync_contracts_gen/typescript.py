"""Zod 4 schemas and TypeScript types from the contracts' JSON schemas.

What a client writes (Exact) becomes a strict object with optional fields; what it reads (Tolerant) becomes an
object that ignores unknown fields and fills defaults in, so a page that is older than the server still works.
Lengths are counted in code points, as the server counts them, not in UTF-16 units.
"""

import json
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from nexync_contracts import ids, limits
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.errors import TERMINAL_CLOSE_FROM, CloseCode
from nexync_contracts_gen.catalog import (
    BROWSER_UNIONS,
    UNIONS,
    JsonSchema,
    browser_models,
    is_request,
)

_HEADER: Final = """\
// Generated from libs/contracts by `python -m nexync_contracts_gen`. Do not edit.
import { z } from "zod";

/** A string of `min` to `max` code points; U+1F600 counts as one, as on the server. */
const text = (min: number, max: number) =>
  z.string().refine((value) => {
    const length = [...value].length;
    return length >= min && length <= max;
  }, `must have ${min} to ${max} characters`);

/** A string of at most `max` bytes of UTF-8. */
const bytes = (schema: z.ZodString, max: number) =>
  schema.refine(
    (value) => value.length * 3 <= max || new TextEncoder().encode(value).length <= max,
    `must have at most ${max} bytes`,
  );
"""


def _pattern_of(adapter: TypeAdapter[Any]) -> str:
    return adapter.json_schema()["pattern"]


_NAMED_PATTERNS: Final = {
    _pattern_of(TypeAdapter(ids.PersonIdField)): "uuid",
    _pattern_of(TypeAdapter(ids.ClientIdField)): "uuid7",
    _pattern_of(TypeAdapter(ids.StreamField)): "streamName",
}


def camel(name: str) -> str:
    """`SendFrame` → `sendFrame`, `read_mark` → `readMark`."""
    head, *rest = name.split("_")
    return head[0].lower() + head[1:] + "".join(part.capitalize() for part in rest)


def schema_name(name: str) -> str:
    """The constant that holds the schema of a contract: `sendFrameSchema`."""
    return f"{camel(name)}Schema"


class _Writer:
    """Collects definitions in the order of their dependencies."""

    def __init__(self, definitions: dict[str, JsonSchema], requests: set[str]) -> None:
        self._definitions = definitions
        self._requests = requests
        self._done: set[str] = set()
        self._unions: dict[frozenset[str], str] = {}
        self.lines: list[str] = []

    def define(self, name: str) -> None:
        """Write the definition `name` and, before it, what it refers to."""
        if name in self._done:
            return
        self._done.add(name)
        schema = self._definitions[name]
        body = self._expression(schema, request=name in self._requests)
        self._emit(name, body, schema.get("description"))

    def union(self, name: str, schema: JsonSchema) -> None:
        """Write the tagged union `name`; fields of exactly this union then refer to it."""
        body = self._expression(schema, request=False)
        self._emit(name, body, None)
        self._unions[_members(schema)] = name

    def _emit(self, name: str, body: str, description: str | None) -> None:
        if description:
            self.lines.append(_comment(description))
        self.lines.append(f"export const {schema_name(name)} = {body};")
        self.lines.append(f"export type {name} = z.infer<typeof {schema_name(name)}>;\n")

    def _expression(self, schema: JsonSchema, *, request: bool) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            self.define(name)
            return schema_name(name)
        if "const" in schema:
            return f"z.literal({json.dumps(schema['const'])})"
        if "enum" in schema:
            return f"z.enum({json.dumps(schema['enum'])})"
        if "oneOf" in schema:
            return self._tagged(schema, request=request)
        if "anyOf" in schema:
            return self._alternatives(schema["anyOf"], request=request)
        match schema.get("type"):
            case "object":
                return self._object(schema, request=request)
            case "array":
                return self._array(schema, request=request)
            case "string":
                return _string(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return "z.boolean()"
            case "null":
                return "z.null()"
            case other:
                msg = f"no Zod for the JSON schema type {other!r}: {schema}"
                raise ValueError(msg)

    def _tagged(self, schema: JsonSchema, *, request: bool) -> str:
        known = self._unions.get(_members(schema))
        if known is not None:
            return schema_name(known)
        tag = schema["discriminator"]["propertyName"]
        options = [self._expression(option, request=request) for option in schema["oneOf"]]
        return f"z.discriminatedUnion({json.dumps(tag)}, [{', '.join(options)}])"

    def _alternatives(self, options: list[JsonSchema], *, request: bool) -> str:
        some = [option for option in options if option.get("type") != "null"]
        parts = [self._expression(option, request=request) for option in some]
        body = parts[0] if len(parts) == 1 else f"z.union([{', '.join(parts)}])"
        return body if len(some) == len(options) else f"{body}.nullable()"

    def _object(self, schema: JsonSchema, *, request: bool) -> str:
        if "properties" not in schema:
            return self._record(schema, request=request)
        required = set(schema.get("required", ()))
        fields: list[str] = []
        for name, field in schema["properties"].items():
            body = self._expression(field, request=request)
            if "const" not in field and "default" in field:
                default = field["default"]
                body += ".optional()" if request else f".default({json.dumps(default)})"
            elif "const" not in field and name not in required:
                body += ".optional()"
            if field.get("description"):
                fields.append(_comment(field["description"], "  "))
            fields.append(f"  {name}: {body},")
        kind = "z.strictObject" if request else "z.object"
        return kind + "({\n" + "\n".join(fields) + "\n})"

    def _record(self, schema: JsonSchema, *, request: bool) -> str:
        patterns: dict[str, JsonSchema] = schema.get("patternProperties", {})
        if patterns:
            ((pattern, value),) = patterns.items()
            key = _string({"pattern": pattern})
        else:
            value = schema["additionalProperties"]
            key = _string(schema.get("propertyNames", {}))
        return f"z.record({key}, {self._expression(value, request=request)})"

    def _array(self, schema: JsonSchema, *, request: bool) -> str:
        if "prefixItems" in schema:
            parts = [self._expression(item, request=request) for item in schema["prefixItems"]]
            return f"z.tuple([{', '.join(parts)}])"
        body = f"z.array({self._expression(schema['items'], request=request)})"
        if "minItems" in schema:
            body += f".min({schema['minItems']})"
        if "maxItems" in schema:
            body += f".max({schema['maxItems']})"
        return body


def _members(schema: JsonSchema) -> frozenset[str]:
    return frozenset(option["$ref"] for option in schema["oneOf"])


def _string(schema: JsonSchema) -> str:
    pattern = schema.get("pattern")
    if pattern in _NAMED_PATTERNS:
        return _NAMED_PATTERNS[pattern]
    low = schema.get("minLength", 0)
    high = schema.get("maxLength")
    if "x-max-bytes" in schema:
        return f"bytes(z.string().min({low}), {schema['x-max-bytes']})"
    if pattern is None:
        return "z.string()" if high is None else f"text({low}, {high})"
    body = _regex(pattern)
    if low:
        body += f".min({low})"
    return body if high is None else f"{body}.max({high})"


def _regex(pattern: str) -> str:
    return "z.string().regex(/" + pattern.replace("/", "\\/") + "/)"


def _number(schema: JsonSchema) -> str:
    body = "z.int()" if schema["type"] == "integer" else "z.number()"
    if "minimum" in schema:
        body += f".min({schema['minimum']})"
    if "maximum" in schema:
        body += f".max({schema['maximum']})"
    return body


def _comment(description: str, indent: str = "") -> str:
    lines = [line.strip() for line in description.strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */"
    body = "\n".join(f"{indent} * {line}".rstrip() for line in lines)
    return f"{indent}/**\n{body}\n{indent} */"


def _limits() -> str:
    values: dict[str, Any] = {
        name: value for name, value in sorted(vars(limits).items()) if name.isupper()
    }
    body = "".join(
        f"  {camel(name.lower())}: {json.dumps(value)},\n" for name, value in values.items()
    )
    comment = "/** Every limit a client can run into; units as in libs/contracts. */"
    return f"{comment}\nexport const limits = {{\n{body}}} as const;\n"


def _codes(name: str, codes: type[Enum]) -> str:
    body = "".join(f"  {camel(code.name.lower())}: {json.dumps(code.value)},\n" for code in codes)
    return f"export const {name} = {{\n{body}}} as const;\n"


def _endpoint(endpoint: Endpoint) -> str:
    body = schema_name(endpoint.body.__name__) if endpoint.body else "null"
    answer = schema_name(endpoint.answer.__name__) if endpoint.answer else "null"
    query = json.dumps([query.name for query in endpoint.query])
    return (
        f"  {camel(endpoint.name)}: {{\n"
        f"    method: {json.dumps(endpoint.method)},\n"
        f"    path: {json.dumps(endpoint.path)},\n"
        f"    status: {endpoint.status},\n"
        f"    query: {query},\n"
        f"    body: {body},\n"
        f"    answer: {answer},\n"
        f"    idempotentByKey: {json.dumps(endpoint.idempotent_by_key)},\n"
        f"    open: {json.dumps(endpoint.open)},\n"
        "  },"
    )


def _definitions(models: tuple[type[BaseModel], ...]) -> dict[str, JsonSchema]:
    """Requests as they may be sent (defaults optional), all others as they are written."""
    _, schema = models_json_schema(
        [(model, "validation" if is_request(model) else "serialization") for model in models]
    )
    return schema["$defs"]


def _union_schema(adapter: TypeAdapter[Any]) -> JsonSchema:
    schema = adapter.json_schema(mode="serialization")
    schema.pop("$defs")
    return schema


def render() -> str:
    """The whole of `generated.ts`."""
    models = browser_models()
    requests = {model.__name__ for model in models if is_request(model)}
    writer = _Writer(_definitions(models), requests)
    for name in BROWSER_UNIONS:
        writer.union(name, _union_schema(UNIONS[name]))
    for model in models:
        writer.define(model.__name__)
    parts = [
        _HEADER,
        *[f"const {name} = {_regex(pattern)};" for pattern, name in _NAMED_PATTERNS.items()],
        "",
        *writer.lines,
        _limits(),
        "/** Close codes of the WebSocket; from `terminalCloseFrom` on the client does not come back. */",
        _codes("closeCodes", CloseCode),
        f"export const terminalCloseFrom = {TERMINAL_CLOSE_FROM};\n",
        "/** The REST API; path parameters are in braces. */",
        "export const endpoints = {",
        *[_endpoint(endpoint) for endpoint in ENDPOINTS],
        "} as const;",
    ]
    return "\n".join(parts) + "\n"
