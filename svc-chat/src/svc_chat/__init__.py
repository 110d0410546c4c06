"""svc-chat: chats, history, people and connections over REST; the internal reads of the gateways."""
