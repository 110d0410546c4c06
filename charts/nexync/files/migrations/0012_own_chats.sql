-- What one person keeps about one chat: nobody else's business, so neither an event nor a membership.
-- Written by svc-chat alone.
CREATE TABLE own_chats (
    person uuid NOT NULL,
    chat uuid NOT NULL,
    -- One more with every change, so that a page knows which of two answers is newer.
    version bigint NOT NULL DEFAULT 1,
    -- Unix milliseconds; 0 is not muted.
    muted_until bigint NOT NULL DEFAULT 0,
    -- The chat's messages when it was archived: one more brings it back.
    archived_n bigint,
    marked_unread boolean NOT NULL DEFAULT false,
    pinned_at bigint,
    draft_text text,
    draft_reply_to bigint,
    draft_began bigint NOT NULL DEFAULT 0,
    draft_at bigint NOT NULL DEFAULT 0,
    -- A draft that began up to here was sent or given up, and never comes back.
    draft_ended bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (person, chat)
);
