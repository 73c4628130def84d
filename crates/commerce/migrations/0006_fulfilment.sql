-- How many of a line were handed over, and whether a cancelled order kept its stock.
ALTER TABLE order_lines ADD COLUMN fulfilled_quantity INTEGER NOT NULL DEFAULT 0
    CHECK (fulfilled_quantity >= 0 AND fulfilled_quantity <= quantity);

-- Until now an order was handed over as a whole.
UPDATE order_lines SET fulfilled_quantity = quantity
    WHERE order_id IN (SELECT order_id FROM order_events WHERE kind = 'OrderFulfilled');

ALTER TABLE orders ADD COLUMN stock_kept INTEGER NOT NULL DEFAULT 0 CHECK (stock_kept IN (0, 1));
