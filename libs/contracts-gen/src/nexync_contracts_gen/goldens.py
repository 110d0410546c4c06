"""Golden JSON: one example of every contract, made from its JSON schema alone.

They are committed: what one release wrote, the next must still read. Every field is there, so a field that
vanishes or changes its shape is seen.
"""

import json
import re
from typing import Final

from pydantic import BaseModel, TypeAdapter

from nexync_contracts_gen.catalog import JsonSchema, all_models

_ID: Final = "0191f3a4-5b6c-7d8e-8f90-123456789abc"

_BY_PATTERN: Final = (
    f"c:{_ID}",
    _ID,
    "123456",
    "ada.lovelace",
    "0a" * 32,
    "0a" * 16,
    "https://nexync.test/",
    "A-0_" * 10 + "a1B",
    "internal",
)


class _Example:
    """An example of one schema: the first option of every choice, one element of every list."""

    def __init__(self, definitions: dict[str, JsonSchema]) -> None:
        self._definitions = definitions

    def of(self, schema: JsonSchema) -> object:
        if "$ref" in schema:
            return self.of(self._definitions[schema["$ref"].rsplit("/", 1)[1]])
        if "const" in schema:
            return schema["const"]
        for choice in ("enum", "oneOf", "anyOf"):
            if choice in schema:
                first = schema[choice][0]
                return first if choice == "enum" else self.of(first)
        return self._typed(schema)

    def _typed(self, schema: JsonSchema) -> object:
        match schema["type"]:
            case "object":
                return self._object(schema)
            case "array":
                items = schema["prefixItems"] if "prefixItems" in schema else [schema["items"]]
                return [self.of(item) for item in items]
            case "string":
                return _text(schema)
            case "integer":
                return max(7, schema.get("minimum", 0)) if schema.get("maximum", 9) >= 7 else 1
            case "number":
                return 1.5
            case "boolean":
                return True
            case other:
                msg = f"no example for {other!r}"
                raise ValueError(msg)

    def _object(self, schema: JsonSchema) -> dict[str, object]:
        if "properties" in schema:
            return {name: self.of(field) for name, field in schema["properties"].items()}
        if "patternProperties" in schema:
            ((pattern, value),) = schema["patternProperties"].items()
            return {_text({"pattern": pattern}): self.of(value)}
        return {_text(schema.get("propertyNames", {})): self.of(schema["additionalProperties"])}


def _text(schema: JsonSchema) -> str:
    if "examples" in schema:
        return schema["examples"][0]
    pattern = schema.get("pattern")
    if pattern is not None:
        longest = schema.get("maxLength", 99)
        return next(
            text for text in _BY_PATTERN if len(text) <= longest and re.search(pattern, text)
        )
    if "x-max-bytes" in schema:
        return 'Grüße, 世界 😀\n"quoted" \\ </script>'
    return "ada@example.test"[: schema.get("maxLength", 99)]


def _variants(model: type[BaseModel]) -> list[tuple[str, object]]:
    """The example, and one more for every other tag of its tagged fields."""
    schema = TypeAdapter(model).json_schema(mode="serialization")
    definitions: dict[str, JsonSchema] = schema.pop("$defs", {})
    example = _Example(definitions)
    base = example.of(schema)
    found: list[tuple[str, object]] = []
    for name, field in schema.get("properties", {}).items():
        for option in field.get("oneOf", ()):
            tag = option["$ref"].rsplit("/", 1)[1]
            shown = definitions[tag]["properties"]["tag"]["const"]
            chosen = {**schema["properties"], name: option}
            value = example.of({**schema, "properties": chosen})
            found.append((f"{model.__name__}.{shown}", value))
    return found or [(model.__name__, base)]


def render() -> dict[str, str]:
    """Every golden by its file name."""
    files: dict[str, str] = {}
    for model in all_models():
        for name, value in _variants(model):
            files[f"{name}.json"] = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return dict(sorted(files.items()))
