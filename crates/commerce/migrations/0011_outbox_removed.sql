-- How many changes of orders have lost their outbox row, which is removed some days after it was published: with the rows
-- that are there they must be all changes that there were. Those that were removed before this was counted are told apart.
CREATE TABLE outbox_removed (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    changes INTEGER NOT NULL,
    uncounted INTEGER NOT NULL
) STRICT;

INSERT INTO outbox_removed (id, changes, uncounted)
SELECT 1, 0, CASE WHEN events.of_all > kept.of_orders THEN events.of_all - kept.of_orders ELSE 0 END
FROM (SELECT COUNT(*) AS of_all FROM order_events) AS events,
    (SELECT COUNT(*) AS of_orders FROM outbox WHERE order_id IS NOT NULL) AS kept;
