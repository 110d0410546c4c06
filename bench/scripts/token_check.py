# ruff: noqa: INP001 - run as a script, never imported
"""Microseconds of one token check of the gateway: for the first time, seen before, and the bare signature; as JSON."""

import asyncio
import base64
import json
import sys
import time
from collections.abc import Awaitable, Callable

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nexync_contracts.channels import TOKEN_AUDIENCE, TOKEN_ISSUER
from nexync_runtime.tokens import Verifier

CHECKS = 3_000


def token(key: Ed25519PrivateKey, now: int, number: int) -> str:
    """As svc-auth makes them."""
    person = f"00000000-0000-4000-8000-{number:012}"
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": person,
        "sid": person,
        "username": "bench",
        "iat": now,
        "exp": now + 600,
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "one"})


async def each(check: Callable[[int], Awaitable[object]]) -> float:
    """Of one, over all tokens; microseconds of CPU."""
    began = time.process_time()
    for number in range(CHECKS):
        await check(number)
    return (time.process_time() - began) / CHECKS * 1e6


async def main() -> None:
    """Measure and print."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    x = base64.urlsafe_b64encode(public.public_bytes_raw()).rstrip(b"=").decode()
    shape = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "one", "x": x}
    tokens = [token(key, int(time.time()), number) for number in range(CHECKS)]
    signed, signature = (part.encode() for part in tokens[0].rsplit(".", 1))
    signature = base64.urlsafe_b64decode(signature + b"==")

    def keys(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"keys": [shape]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(keys)) as http:
        verifier = Verifier("http://bench/jwks", http)
        await verifier.verify(tokens[0])
        first = await each(lambda number: verifier.verify(tokens[number]))
        again = await each(lambda number: verifier.verify(tokens[number]))
    began = time.process_time()
    for _ in range(CHECKS):
        public.verify(signature, signed)
    floor = (time.process_time() - began) / CHECKS * 1e6
    sys.stdout.write(json.dumps({"first": first, "again": again, "floor": floor}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
