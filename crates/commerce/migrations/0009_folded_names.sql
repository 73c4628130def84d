-- Names and categories without case and accents, by which lists are sorted. SQL cannot fold: the program fills these columns
-- of what is there, and what searches look at, when it starts.
ALTER TABLE products ADD COLUMN name_fold TEXT;
ALTER TABLE products ADD COLUMN category_fold TEXT;

DROP INDEX products_by_name;
CREATE INDEX products_by_name ON products (name_fold, id);
