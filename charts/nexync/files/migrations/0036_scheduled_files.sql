-- Which uploads a message for later is going to carry: none of them is collected while it waits. Written by svc-chat alone.
CREATE TABLE scheduled_files (
    message uuid NOT NULL REFERENCES scheduled_messages (id) ON DELETE CASCADE,
    attachment uuid NOT NULL,
    PRIMARY KEY (message, attachment)
);
CREATE INDEX scheduled_files_attachment ON scheduled_files (attachment);
