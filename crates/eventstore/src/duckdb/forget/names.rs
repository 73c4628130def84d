//! Whom rows name: users, and addresses wherever a text has one.

use duckdb::{Connection, params};

use crate::{Names, Wanted};

const USERS: &str = "SELECT DISTINCT user_id FROM events WHERE site = $1 AND user_id IS NOT NULL";

/// Texts of events in which an address may stand.
const TEXTS: &str = "SELECT DISTINCT text FROM (SELECT concat_ws(' ', user_id, props, path, title, component, target, visit_entry_page, \
     visit_referrer, visit_utm_source, visit_utm_medium, visit_utm_campaign, visit_utm_term, visit_utm_content) AS text \
     FROM events WHERE site = $1) WHERE contains(text, '@')";

const LETTERS: &str = "SELECT original FROM dead_letters WHERE site = $1 AND contains(original, '@')";

/// Those of them who are wanted.
pub(in crate::duckdb) fn names(
    connection: &Connection,
    site: &str,
    wanted: &Wanted,
) -> duckdb::Result<Names> {
    let mut names = Names::default();
    each(connection, (USERS, site), |user| names.hear_user(user, wanted))?;
    for texts in [TEXTS, LETTERS] {
        each(connection, (texts, site), |text| names.hear_text(text, wanted))?;
    }
    Ok(names)
}

fn each(
    connection: &Connection,
    (sql, site): (&str, &str),
    mut hear: impl FnMut(&str),
) -> duckdb::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![site])?;
    while let Some(row) = rows.next()? {
        hear(&row.get::<_, String>(0)?);
    }
    Ok(())
}
