-- When a key was revoked; null: it is one still. It stays in the list of those that were, and opens nothing.
ALTER TABLE api_keys ADD COLUMN revoked_at INTEGER;
