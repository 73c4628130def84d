-- The language in which somebody asked to be told, such as `de`: what they are told is in it.
ALTER TABLE back_in_stock ADD COLUMN language TEXT;
