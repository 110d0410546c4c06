"""The WebSocket gateway: authenticates, admits, produces commands, fans events out. It has no database."""
