-- nexync: non-transactional
-- Texts of messages, for search: by chat, whole words and trigrams at once. One GIN scan takes all of a person's chats.
CREATE INDEX CONCURRENTLY events_search ON events USING gin (
    (ARRAY[stream]), to_tsvector('simple', event ->> 'body'), (event ->> 'body') gin_trgm_ops
) WHERE tag IN ('message.created', 'message.edited');
