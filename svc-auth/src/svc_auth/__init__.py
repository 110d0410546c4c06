"""svc-auth: who somebody is. People, one-time codes, sessions, refresh tokens and the keys of access tokens."""
