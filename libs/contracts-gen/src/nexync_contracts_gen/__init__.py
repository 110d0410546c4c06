"""Writes everything that is generated from the contracts: OpenAPI, AsyncAPI, Zod schemas, golden JSON.

`python -m nexync_contracts_gen` writes the files, `--check` only compares them with what is committed.
"""
