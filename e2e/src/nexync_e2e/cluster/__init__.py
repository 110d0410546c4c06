"""Releases proven on a real cluster: installed, tested, faulted under load, scaled, upgraded, restored."""
