"""SMTP and Postgres behind the ports."""
