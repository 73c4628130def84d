-- How often a site was written down: who changes it may say which version was read.
ALTER TABLE sites ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
