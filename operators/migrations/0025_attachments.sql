-- Files and images. Written by svc-chat alone; their contents are in the object store, below `content`.
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    owner uuid NOT NULL,
    purpose text NOT NULL,
    name text NOT NULL,
    -- Bytes: as they were said at the beginning; once it is ready, what is stored of it. Counts towards the quota.
    size bigint NOT NULL,
    -- Of an upload that goes on: bytes that are there, and the objects that they are in, in order.
    received bigint NOT NULL DEFAULT 0,
    parts text[] NOT NULL DEFAULT '{}',
    -- Shared by copies, which is how a file gets into another chat.
    content uuid NOT NULL,
    -- What messages tell of it; null until it is ready. And which variants are stored, with their media types.
    facts jsonb,
    variants jsonb,
    -- When a gateway asked last, in order to send it.
    admitted_at timestamptz,
    -- When to look whether anything carries it; null: something did, and a release will say when it no longer does.
    check_at timestamptz,
    CONSTRAINT attachments_received CHECK (received >= 0 AND received <= size OR facts IS NOT NULL)
);
CREATE INDEX attachments_owner ON attachments (owner);
CREATE INDEX attachments_content ON attachments (content);
CREATE INDEX attachments_check ON attachments (check_at) WHERE check_at IS NOT NULL;

-- Which events carry which files: messages, and the picture that a group has. Written by the persister with the events.
CREATE TABLE attachment_uses (
    stream text NOT NULL,
    seq bigint NOT NULL,
    attachment uuid NOT NULL,
    -- `image`, `file`, or `picture` of a group.
    kind text NOT NULL,
    PRIMARY KEY (stream, seq, attachment)
);
CREATE INDEX attachment_uses_attachment ON attachment_uses (attachment);
CREATE INDEX attachment_uses_kind ON attachment_uses (stream, kind, seq);

-- What an event carried until it was deleted or replaced. Written by the persister, taken by svc-chat.
CREATE TABLE attachment_releases (
    attachment uuid PRIMARY KEY
);

-- Folders of the object store that nothing refers to any more, until they are gone there, too.
CREATE TABLE attachment_garbage (
    folder text PRIMARY KEY
);
