"""What is generated is valid, whole and up to date; old goldens are still read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.jobs import QUEUE_OF
from nexync_contracts_gen import asyncapi, openapi, typescript
from nexync_contracts_gen.__main__ import outputs
from nexync_contracts_gen.catalog import all_models, browser_models

ROOT = Path(__file__).parents[3]
GOLDENS = sorted((ROOT / "libs" / "contracts" / "goldens").glob("*.json"))
MODELS: dict[str, type[BaseModel]] = {model.__name__: model for model in all_models()}


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {str(value) for key, value in node.items() if key == "$ref"}  # type: ignore[misc] # JSON
        return own.union(*(references(value) for value in node.values()))  # type: ignore[misc] # JSON
    if isinstance(node, list):
        return set[str]().union(*(references(value) for value in node))  # type: ignore[misc] # JSON
    return set()


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_goldens_are_still_read(path: Path) -> None:
    """Whatever a release wrote, this one reads; and it writes the same fields back."""
    model = MODELS[path.stem.partition(".")[0]]
    text = path.read_text(encoding="utf-8")
    parsed = model.model_validate_json(text)
    written = json.loads(parsed.model_dump_json(by_alias=True))
    assert model.model_validate_json(json.dumps(written)) == parsed
    assert set(json.loads(text)) <= set(written)


def test_every_contract_has_a_golden() -> None:
    assert {path.stem.partition(".")[0] for path in GOLDENS} == set(MODELS)


def test_the_committed_files_are_up_to_date() -> None:
    """The same as `--check`, without a process."""
    for name, text in outputs().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize("render", [openapi.render, asyncapi.render])
def test_every_reference_leads_somewhere(render: Any) -> None:
    """A generated document stands alone."""
    document = json.loads(render())
    for reference in references(document):
        target = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_openapi_has_every_endpoint() -> None:
    """Paths, methods, bodies and a problem for each error that the table names."""
    document = json.loads(openapi.render())
    for endpoint in ENDPOINTS:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        assert operation["operationId"] == endpoint.name
        takes = endpoint.body is not None or endpoint.takes == "bytes"
        assert ("requestBody" in operation) == takes
        told = " ".join(answer["description"] for answer in operation["responses"].values())
        assert all(code.value in told for code in endpoint.errors)


def test_nobody_is_asked_a_secret_question() -> None:
    """Neither hints of passwords nor questions are part of any body."""
    schemas = json.loads(openapi.render())["components"]["schemas"]
    names = {name for schema in schemas.values() for name in schema.get("properties", {})}
    assert {"password", "code", "email"} <= names
    assert [name for name in names if "hint" in name or "question" in name] == []


def test_asyncapi_has_every_job_in_its_queue() -> None:
    """Both ways: who sends it, and who mails it."""
    document = json.loads(asyncapi.render())
    tags = {
        name: message["payload"].get("properties", {}).get("tag", {}).get("const")
        for name, message in document["components"]["messages"].items()
    }
    told: dict[str, set[str]] = {"send": set(), "receive": set()}
    for operation in document["operations"].values():
        channel = document["channels"][operation["channel"]["$ref"].split("/")[-1]]
        for message in operation["messages"]:
            tag = tags[message["$ref"].split("/")[-1]]
            if QUEUE_OF.get(tag) == channel["address"]:
                told[operation["action"]].add(tag)
    assert told == {"send": set(QUEUE_OF), "receive": set(QUEUE_OF)}


def test_zod_covers_everything_a_browser_meets() -> None:
    """A schema and a type for each model; every name is defined before it is used."""
    text = typescript.render()
    for model in browser_models():
        assert f"export const {typescript.schema_name(model.__name__)} = " in text
        assert f"export type {model.__name__} = " in text
    defined: set[str] = set()
    for line in text.splitlines():
        used = set(re.findall(r"\b\w+Schema\b", line))
        own = re.match(r"export const (\w+Schema)", line)
        if own is not None:
            defined.add(own.group(1))
        if not line.lstrip().startswith(("*", "/")):
            assert used <= defined, line
