-- Where a chat's stream lives, written once before its first command: the first writer wins.
CREATE TABLE placements (
    stream text PRIMARY KEY,
    partition integer NOT NULL CHECK (partition >= 0),
    made_at timestamptz NOT NULL DEFAULT now()
);
