"""SMTP and Redis behind the ports."""
