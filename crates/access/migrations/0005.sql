-- The SHA-256 of the secret key that a session was opened with; null: with the admin token. A key that is revoked has no session.
ALTER TABLE sessions ADD COLUMN key_hash TEXT;
