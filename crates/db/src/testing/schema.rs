//! A schema as text that is equal on both engines if the schemas are.

use crate::options::Engine;
use crate::{Db, Error, Tx};

const SQLITE: &str = "SELECT 'table ' || name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
     UNION ALL SELECT 'column ' || t.name || '.' || c.name || ' ' \
       || CASE upper(c.type) WHEN 'TEXT' THEN 'text' WHEN 'INTEGER' THEN 'integer' WHEN 'INT' THEN 'integer' \
          WHEN 'BIGINT' THEN 'integer' ELSE c.type END \
       || CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END \
       || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END \
     FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
     UNION ALL SELECT CASE i.\"unique\" WHEN 1 THEN 'unique ' ELSE 'index ' END || t.name || ' (' \
       || (SELECT group_concat(coalesce(name, 'expression'), ', ') \
           FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' \
       || CASE i.partial WHEN 1 THEN ' partial' ELSE '' END \
     FROM sqlite_schema t, pragma_index_list(t.name) i \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND i.origin <> 'pk' \
     UNION ALL SELECT 'reference ' || t.name || '.' || f.\"from\" || ' to ' || f.\"table\" \
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";

const POSTGRES: &str = "SELECT 'table ' || table_name FROM information_schema.tables \
       WHERE table_schema = current_schema() \
     UNION ALL SELECT 'column ' || c.table_name || '.' || c.column_name || ' ' \
       || CASE c.data_type WHEN 'bigint' THEN 'integer' ELSE c.data_type END \
       || CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
       || coalesce((SELECT ' key ' || k.ordinal_position FROM information_schema.key_column_usage k \
            JOIN information_schema.table_constraints p ON p.constraint_name = k.constraint_name \
            AND p.table_schema = k.table_schema AND p.table_name = k.table_name \
            WHERE p.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema \
            AND k.table_name = c.table_name AND k.column_name = c.column_name), '') \
     FROM information_schema.columns c WHERE c.table_schema = current_schema() \
     UNION ALL SELECT CASE WHEN i.indisunique THEN 'unique ' ELSE 'index ' END || t.relname || ' (' \
       || (SELECT string_agg(coalesce(a.attname, 'expression'), ', ' ORDER BY k.place) \
           FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place) \
           LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0) || ')' \
       || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END \
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
     WHERE n.nspname = current_schema() AND NOT i.indisprimary \
     UNION ALL SELECT 'reference ' || t.relname || '.' || a.attname || ' to ' || o.relname \
     FROM pg_constraint r JOIN pg_class t ON t.oid = r.conrelid JOIN pg_class o ON o.oid = r.confrelid \
     JOIN pg_namespace n ON n.oid = t.relnamespace CROSS JOIN unnest(r.conkey) AS k(number) \
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number \
     WHERE r.contype = 'f' AND n.nspname = current_schema()";

/// Tables, columns (integer or text, nullable or not, place in the primary key), indexes with their columns and
/// uniqueness, and references, a line each, sorted. The table of migrations is left out.
///
/// # Errors
/// Whatever the engine says.
pub fn schema_of(db: &Db) -> Result<String, Error> {
    let sql = match db.engine() {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    };
    let mut lines = db.read_blocking(move |tx: &mut Tx<'_>| tx.all(sql, &[], |row| row.text(0)))?;
    lines.retain(|line| line != "table migrations" && !line.contains(" migrations."));
    lines.sort();
    Ok(lines.join("\n"))
}
