-- Third of three: `events` becomes a tree, a branch a class, a leaf a month of append time. The table that was there
-- becomes the first leaf of `forever`, as it is: no row moves, and the constraint spares it another look.
-- A release before this one reads and writes on: what it writes has no class, which is `forever`.
--
-- Unique indexes are the leaves' own, since one of the whole tree would have to hold class and time.
DO $$
BEGIN
    EXECUTE 'ALTER TABLE events RENAME TO events_forever_first';
    EXECUTE 'CREATE TABLE events (LIKE events_forever_first INCLUDING DEFAULTS) PARTITION BY LIST (class)';
    EXECUTE 'CREATE TABLE events_days_30 PARTITION OF events FOR VALUES IN (''days_30'') PARTITION BY RANGE (at)';
    EXECUTE 'CREATE TABLE events_year_1 PARTITION OF events FOR VALUES IN (''year_1'') PARTITION BY RANGE (at)';
    EXECUTE 'CREATE TABLE events_forever PARTITION OF events FOR VALUES IN (''forever'') PARTITION BY RANGE (at)';
    EXECUTE format(
        'ALTER TABLE events_forever ATTACH PARTITION events_forever_first FOR VALUES FROM (MINVALUE) TO (%s)',
        (SELECT months_from FROM content_classes WHERE class = 'forever'));
    EXECUTE 'ALTER TABLE events_forever_first DROP CONSTRAINT events_first';
END
$$;

-- The leaf of a month, [low, high) in Unix ms, made if it isn't there: whether it was made. Making it blocks neither
-- readers nor writers. Called by svc-persister; a migration that changes the leaves has to change this with them.
CREATE FUNCTION make_content_month(kept text, label text, low bigint, high bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := format('events_%s_%s', kept, label);
BEGIN
    PERFORM pg_advisory_xact_lock(28281, 1);
    IF to_regclass(leaf) IS NOT NULL
       OR low < (SELECT months_from FROM content_classes WHERE class = kept) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS, PRIMARY KEY (stream, seq))', leaf);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (stream, sender, id)', leaf || '_command', leaf);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (partition, log_epoch, log_offset)', leaf || '_offset', leaf);
    EXECUTE format('CREATE INDEX %I ON %I USING gin ((ARRAY[stream]), to_tsvector(''simple'', event ->> ''body''),'
        ' (event ->> ''body'') gin_trgm_ops) WHERE tag IN (''message.created'', ''message.edited'')',
        leaf || '_search', leaf);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        'events_' || kept, leaf, low, high);
    RETURN true;
END
$$;
