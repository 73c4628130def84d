-- Rows of work that are done, by age: they leave after a day.
CREATE INDEX work_done ON work (done_at) WHERE done_at IS NOT NULL;

-- How many edits of an order have been sent to stock: one that is tried anew is told by it from a late copy of one that was
-- refused. Until now the rows of work were counted, which stayed for that.
ALTER TABLE orders ADD COLUMN edits_tried INTEGER NOT NULL DEFAULT 0;

UPDATE orders SET edits_tried = (SELECT COUNT(*) FROM work WHERE work.order_id = orders.id AND work.kind = 'edit')
    WHERE id IN (SELECT order_id FROM work WHERE kind = 'edit');
