CREATE INDEX stock_commands_by_age ON stock_commands (created_at);
