-- A customer's name and address without case and accents, by which they are found. SQL cannot fold: the program fills it of customers
-- that are there when it starts.
ALTER TABLE customers ADD COLUMN fold TEXT;
CREATE INDEX customers_unfolded ON customers (id) WHERE fold IS NULL;
