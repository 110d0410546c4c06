-- Who runs the instance, whose account is locked, and by which invitation somebody came. Written by svc-auth alone.
ALTER TABLE people ADD COLUMN admin boolean NOT NULL DEFAULT false;
ALTER TABLE people ADD COLUMN deactivated_at timestamptz;
ALTER TABLE people ADD COLUMN invitation uuid;

-- Invitations to the instance; a use is an account whose address was proved. The token is in the link alone.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL,
    label text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    most integer NOT NULL,
    uses integer NOT NULL DEFAULT 0,
    revoked_at timestamptz,
    CONSTRAINT invitations_token UNIQUE (token_hash),
    CONSTRAINT invitations_uses CHECK (uses >= 0 AND uses <= most)
);
CREATE INDEX invitations_newest ON invitations (made_at);

-- What administrators did. No references: an entry outlasts the account that it is about. `actor` is null for a command.
CREATE TABLE audit_log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    subject uuid,
    subject_name text NOT NULL,
    address text NOT NULL
);
CREATE INDEX audit_log_at ON audit_log (at);

-- Append-only: an entry is never changed, and goes only when it is older than a year (limits.AUDIT_LOG_DAYS).
CREATE FUNCTION audit_log_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'entries of audit_log are neither changed nor removed within a year';
END
$$;
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION audit_log_stays();
