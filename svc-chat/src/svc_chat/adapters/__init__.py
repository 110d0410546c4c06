"""What svc-chat talks to: Postgres, Redis, the log."""
