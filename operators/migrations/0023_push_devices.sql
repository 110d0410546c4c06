-- Where push notifications go and what they show. Written by svc-chat alone.

-- The device of a session; nothing is sent to it once the session has ended.
CREATE TABLE push_devices (
    session uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    person uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    token text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT push_devices_token UNIQUE (token)
);
CREATE INDEX push_devices_person ON push_devices (person, kept_at);

-- Without a row notifications say only that there is a message.
CREATE TABLE push_settings (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    preview boolean NOT NULL
);
