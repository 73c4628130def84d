-- How long the events of a site are kept, days; 0: for ever.
ALTER TABLE sites ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;
