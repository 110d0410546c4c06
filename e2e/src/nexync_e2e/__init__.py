"""Nexync seen from outside: a client that speaks only REST and WebSocket frames, and what is proven with it."""
