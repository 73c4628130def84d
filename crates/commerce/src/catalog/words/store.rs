//! The SQL of words: an index of what the column `search` of products holds.

use std::collections::BTreeSet;

use kassa_db::{Error, Param, Tx};

/// Words in one statement.
const AT_ONCE: usize = 16;

const INSERT: &str = "INSERT INTO product_word (product_id, word) VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), \
     ($1, $7), ($1, $8), ($1, $9), ($1, $10), ($1, $11), ($1, $12), ($1, $13), ($1, $14), ($1, $15), ($1, $16), ($1, $17) \
     ON CONFLICT (word, product_id) DO NOTHING";
const DELETE: &str = "DELETE FROM product_word WHERE product_id = $1 AND word IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
     $12, $13, $14, $15, $16, $17)";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT, DELETE];

/// A product is found by the words `after` instead of `before`.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    product_id: i64,
    before: &BTreeSet<&str>,
    after: &BTreeSet<&str>,
) -> Result<(), Error> {
    write(tx, DELETE, product_id, before.difference(after))?;
    write(tx, INSERT, product_id, after.difference(before))
}

fn write<'a>(
    tx: &mut Tx<'_>,
    sql: &'static str,
    product_id: i64,
    words: impl Iterator<Item = &'a &'a str>,
) -> Result<(), Error> {
    let words: Vec<&str> = words.copied().collect();
    for part in words.chunks(AT_ONCE) {
        // A part that is short repeats its last.
        let mut values = [Param::from(part[part.len() - 1]); AT_ONCE + 1];
        values[0] = Param::from(product_id);
        for (value, word) in values[1..].iter_mut().zip(part) {
            *value = Param::from(*word);
        }
        tx.execute(sql, &values)?;
    }
    Ok(())
}
