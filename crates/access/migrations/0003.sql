-- What a site says about its pages, sources and addresses: a JSON object of `RuleOptions`.
ALTER TABLE sites ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
