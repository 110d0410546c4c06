"""Reconcile functions: Kafka topics and the Postgres schema as they should be.

The same functions serve the command line (`python -m nexync_operator apply`) on one machine and, on a cluster,
the operator's handlers. Each takes a desired state and a port, changes what differs, and says what it changed.
"""
