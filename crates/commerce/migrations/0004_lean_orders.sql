-- No question is answered by it: a customer is looked for by address or name, among the orders of a time. Every order paid
-- for it with a page of its own.
DROP INDEX orders_by_email;

-- Which rows of the outbox are not published, in a table of small rows: marking the large ones wrote each a second time.
CREATE TABLE outbox_waiting (
    id INTEGER NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

INSERT INTO outbox_waiting (id, created_at) SELECT id, created_at FROM outbox WHERE published_at IS NULL;

DROP INDEX outbox_unpublished;

ALTER TABLE outbox DROP COLUMN published_at;

-- Which row of the outbox was the newest at a time, so that rows can be removed by their age.
CREATE TABLE outbox_ages (
    noted_at INTEGER NOT NULL PRIMARY KEY,
    newest INTEGER NOT NULL
) STRICT;
