"""Every shape that crosses a process border in Nexync: frames, commands, events, jobs, REST bodies.

This package holds pydantic models and constants, nothing else: no I/O, no clock, no logic beyond validation.
OpenAPI, AsyncAPI, the TypeScript types and the golden JSON are generated from it.
"""
