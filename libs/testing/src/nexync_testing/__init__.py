"""Builders of contract values for tests: valid by default, one thing changed by name."""
