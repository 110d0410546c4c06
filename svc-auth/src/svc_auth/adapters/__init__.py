"""Postgres and Redis behind the ports."""
