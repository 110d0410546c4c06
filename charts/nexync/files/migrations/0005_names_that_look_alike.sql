-- nexync: non-transactional
-- A username is also taken when another one looks like it; svc-auth asks by this expression.
CREATE INDEX CONCURRENTLY people_username_skeleton ON people (
    regexp_replace(translate(replace(replace(username, 'rn', 'm'), 'vv', 'w'), '01', 'ol'), '[._-]+', '-', 'g')
);
