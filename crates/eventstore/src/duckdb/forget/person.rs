//! A person's rows: found by who they are, forgotten in one transaction.

use duckdb::{Connection, params};

use super::super::nobody::nobodys;
use crate::{KnownAs, Person};

/// Between the texts of a list; no text of a person has it.
const SEPARATOR: &str = "\u{1f}";

/// Rows of the site and the time that are somebody's.
const THEN: &str = "site = $1 AND (epoch_us(received_at) <= $2 OR epoch_us(occurred_at) <= $2) AND order_id IS DISTINCT FROM ''";

/// Rows that name the person as user, by an order or in a text.
const NAMED: &str = "(user_id IN (SELECT unnest(string_split($3, chr(31)))) \
     OR order_id IN (SELECT unnest(string_split($4, chr(31)))) \
     OR ($5 <> '' AND regexp_matches(lower(concat_ws(' ', user_id, props, path, title, component, target, visit_entry_page, \
     visit_referrer, visit_utm_source, visit_utm_medium, visit_utm_campaign, visit_utm_term, visit_utm_content)), $5)))";

/// Rows of one of their visitors.
const VISITED: &str = "(visitor IN (SELECT unnest(CAST(string_split($6, chr(31)) AS BIGINT[]))) \
     OR anonymous_visitor IN (SELECT unnest(CAST(string_split($6, chr(31)) AS BIGINT[]))))";

/// Dead letters that hold one of the addresses.
const LETTERS: &str = "DELETE FROM dead_letters WHERE site = $1 AND epoch_us(received_at) <= $2 \
     AND $3 <> '' AND regexp_matches(lower(original), $3)";

/// What stands before a whole address: nothing that may be of its name.
const BEFORE: &str = r"(?:^|[^\pL\pN._%+'~-])";
/// And behind it: nothing that may be of its host, but the point of a sentence.
const AFTER: &str = r"(?:$|[^\pL\pN.-]|\.(?:$|[^\pL\pN.-]))";

/// The lists of a person as parameters.
struct Lists {
    users: String,
    orders: String,
    /// A pattern that finds any of the addresses; empty: there is none.
    emails: String,
    visitors: String,
}

impl Lists {
    fn of(who: &Person) -> Self {
        let joined = |texts: &std::collections::BTreeSet<String>| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
            texts.join(SEPARATOR)
        };
        let mut visitors: Vec<String> =
            who.visitors.iter().filter(|hash| **hash > 0).map(i64::to_string).collect();
        // Nobody's, so that the list is never empty.
        visitors.push("-1".to_owned());
        let emails: Vec<String> =
            who.emails.iter().filter(|email| !email.is_empty()).map(|email| literal(email)).collect();
        let emails = match emails.is_empty() {
            true => String::new(),
            false => format!("{BEFORE}(?:{}){AFTER}", emails.join("|")),
        };
        Self {
            users: joined(&who.users),
            orders: joined(&who.orders),
            emails,
            visitors: visitors.join(SEPARATOR),
        }
    }
}

/// A pattern of the engine that finds this text, in lower case.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Removes the events and dead letters, and empties records of money; how many rows that changed.
pub(in crate::duckdb) fn forget(connection: &Connection, who: &Person) -> duckdb::Result<u64> {
    let (lists, (values, told)) = (Lists::of(who), nobodys());
    let until = who.until.micros();
    let values_of = params![who.site, until, lists.users, lists.orders, lists.emails, lists.visitors];
    connection.execute_batch("BEGIN TRANSACTION")?;
    let emptied = format!(
        "UPDATE events SET {values} WHERE {THEN} AND order_id IS NOT NULL AND ({NAMED} OR {VISITED}) AND ({told})"
    );
    let mut changed = connection.execute(&emptied, values_of)?;
    let removed = format!("DELETE FROM events WHERE {THEN} AND order_id IS NULL AND ({NAMED} OR {VISITED})");
    changed += connection.execute(&removed, values_of)?;
    changed += connection.execute(LETTERS, params![who.site, until, lists.emails])?;
    connection.execute_batch("COMMIT")?;
    Ok(changed as u64)
}

/// As whom their rows name them.
pub(in crate::duckdb) fn known_as(connection: &Connection, who: &Person) -> duckdb::Result<KnownAs> {
    let lists = Lists::of(who);
    let sql =
        format!("SELECT DISTINCT visitor, anonymous_visitor, user_id FROM events WHERE {THEN} AND {NAMED}");
    let mut statement = connection.prepare(&sql)?;
    let values = params![who.site, who.until.micros(), lists.users, lists.orders, lists.emails];
    let mut rows = statement.query(values)?;
    let mut known = KnownAs::default();
    while let Some(row) = rows.next()? {
        let hashes = [row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?];
        known.visitors.extend(hashes.into_iter().flatten().filter(|hash| *hash > 0));
        known.users.extend(row.get::<_, Option<String>>(2)?);
    }
    Ok(known)
}
