-- What people say of themselves and what they allow others, and who blocked whom. Written by svc-chat alone.

-- Without a row somebody has no bio and allows what the defaults say. The name is in `people`.
CREATE TABLE profiles (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    bio text NOT NULL DEFAULT '',
    findable text NOT NULL DEFAULT 'everyone',
    askable text NOT NULL DEFAULT 'everyone',
    presence text NOT NULL DEFAULT 'connections',
    CONSTRAINT profiles_findable CHECK (findable IN ('everyone', 'second_degree', 'nobody')),
    CONSTRAINT profiles_askable CHECK (askable IN ('everyone', 'second_degree', 'nobody')),
    CONSTRAINT profiles_presence CHECK (presence IN ('connections', 'nobody'))
);

CREATE TABLE blocks (
    blocker uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    blocked uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    blocked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (blocker, blocked),
    CONSTRAINT blocks_other CHECK (blocker <> blocked)
);
CREATE INDEX blocks_blocked ON blocks (blocked);

-- Every change of a name goes into its index at once: while many wait, the planner scans the table instead.
ALTER INDEX people_username_trgm SET (fastupdate = off);
ALTER INDEX people_name_trgm SET (fastupdate = off);
