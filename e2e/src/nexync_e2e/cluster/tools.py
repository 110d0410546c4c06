"""kubectl and helm as child processes: bounded, quiet, and a failure is one line with what they said."""

import asyncio
import shutil
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


class ToolError(RuntimeError):
    """A command ended with a status other than 0; the text is its last lines on standard error."""


class Tools:
    """Runs commands against the cluster that KUBECONFIG names, in one namespace."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    async def kubectl(self, *arguments: str, stdin: str = "", seconds: float = 60.0) -> str:
        """What kubectl prints. Raises ToolError, or TimeoutError after `seconds`."""
        command = ("kubectl", "--namespace", self.namespace, *arguments)
        return await run(*command, stdin=stdin, seconds=seconds)

    async def helm(self, *arguments: str, seconds: float = 300.0) -> str:
        """What helm prints. Raises ToolError, or TimeoutError after `seconds`."""
        return await run("helm", "--namespace", self.namespace, *arguments, seconds=seconds)

    async def get(self, kind: type[Model], *arguments: str) -> Model:
        """`kubectl get … -o json` as a validated shape. Raises ToolError."""
        return kind.model_validate_json(await self.kubectl("get", *arguments, "-o", "json"))

    async def apply(self, manifest: str) -> None:
        """Server-side apply of a manifest."""
        await self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=manifest)


async def run(
    program: str,
    *arguments: str,
    stdin: str = "",
    seconds: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a program. Raises ToolError, or TimeoutError when it was killed after `seconds`."""
    if shutil.which(program) is None:
        msg = f"{program} is not on PATH"
        raise ToolError(msg)
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(stdin.encode())
    except TimeoutError as error:
        msg = f"{program} {' '.join(arguments[:6])}: not within {seconds:g} s"
        raise TimeoutError(msg) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        said = " / ".join((err or out).decode(errors="replace").strip().splitlines()[-4:])
        msg = f"{program} {' '.join(arguments[:6])}: {said}"
        raise ToolError(msg)
    return out.decode(errors="replace")
