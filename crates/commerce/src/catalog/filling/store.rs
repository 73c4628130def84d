//! The SQL that fills what a migration cannot: many rows with each statement. A part that is short repeats its last.

use std::collections::BTreeSet;

use kassa_db::{Error, Param, Tx, params};

use crate::catalog::check::Folded;
use crate::catalog::product::Product;
use crate::catalog::store::{by_first, columns, product};

/// Products whose slugs are looked at, or that are written, with one statement.
const PRODUCTS_AT_ONCE: usize = 32;
/// Words that are written with one statement.
const WORDS_AT_ONCE: usize = 128;

const UNFILLED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM products WHERE slug IS NULL";
const TO_FILL: &str =
    concat!("SELECT ", columns!(), by_first!(), "WHERE p.slug IS NULL ORDER BY p.id LIMIT $1");
const TAKEN: &str = "SELECT slug FROM products WHERE slug IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
     $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) \
     UNION ALL SELECT slug FROM slug_redirect WHERE slug IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
     $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";
// The slug is compared so that no index of it is used: SQLite would go through all that have none for each statement.
const FILL: &str = "UPDATE products SET slug = v.column2, name_fold = v.column3, search = v.column4 FROM (VALUES \
     (CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT)), ($5, $6, $7, $8), ($9, $10, $11, $12), \
     ($13, $14, $15, $16), ($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32), \
     ($33, $34, $35, $36), ($37, $38, $39, $40), ($41, $42, $43, $44), ($45, $46, $47, $48), ($49, $50, $51, $52), \
     ($53, $54, $55, $56), ($57, $58, $59, $60), ($61, $62, $63, $64), ($65, $66, $67, $68), ($69, $70, $71, $72), \
     ($73, $74, $75, $76), ($77, $78, $79, $80), ($81, $82, $83, $84), ($85, $86, $87, $88), ($89, $90, $91, $92), \
     ($93, $94, $95, $96), ($97, $98, $99, $100), ($101, $102, $103, $104), ($105, $106, $107, $108), \
     ($109, $110, $111, $112), ($113, $114, $115, $116), ($117, $118, $119, $120), ($121, $122, $123, $124), \
     ($125, $126, $127, $128)) AS v WHERE products.id = v.column1 AND COALESCE(products.slug, '') = '' RETURNING products.id";
const FILL_WORDS: &str = "INSERT INTO product_word (product_id, word) VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), \
     ($13, $14), ($15, $16), ($17, $18), ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), \
     ($31, $32), ($33, $34), ($35, $36), ($37, $38), ($39, $40), ($41, $42), ($43, $44), ($45, $46), ($47, $48), \
     ($49, $50), ($51, $52), ($53, $54), ($55, $56), ($57, $58), ($59, $60), ($61, $62), ($63, $64), ($65, $66), \
     ($67, $68), ($69, $70), ($71, $72), ($73, $74), ($75, $76), ($77, $78), ($79, $80), ($81, $82), ($83, $84), \
     ($85, $86), ($87, $88), ($89, $90), ($91, $92), ($93, $94), ($95, $96), ($97, $98), ($99, $100), ($101, $102), \
     ($103, $104), ($105, $106), ($107, $108), ($109, $110), ($111, $112), ($113, $114), ($115, $116), ($117, $118), \
     ($119, $120), ($121, $122), ($123, $124), ($125, $126), ($127, $128), ($129, $130), ($131, $132), ($133, $134), \
     ($135, $136), ($137, $138), ($139, $140), ($141, $142), ($143, $144), ($145, $146), ($147, $148), ($149, $150), \
     ($151, $152), ($153, $154), ($155, $156), ($157, $158), ($159, $160), ($161, $162), ($163, $164), ($165, $166), \
     ($167, $168), ($169, $170), ($171, $172), ($173, $174), ($175, $176), ($177, $178), ($179, $180), ($181, $182), \
     ($183, $184), ($185, $186), ($187, $188), ($189, $190), ($191, $192), ($193, $194), ($195, $196), ($197, $198), \
     ($199, $200), ($201, $202), ($203, $204), ($205, $206), ($207, $208), ($209, $210), ($211, $212), ($213, $214), \
     ($215, $216), ($217, $218), ($219, $220), ($221, $222), ($223, $224), ($225, $226), ($227, $228), ($229, $230), \
     ($231, $232), ($233, $234), ($235, $236), ($237, $238), ($239, $240), ($241, $242), ($243, $244), ($245, $246), \
     ($247, $248), ($249, $250), ($251, $252), ($253, $254), ($255, $256) ON CONFLICT (word, product_id) DO NOTHING";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[UNFILLED, TO_FILL, TAKEN, FILL, FILL_WORDS];

/// What a product gets.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) folded: Folded,
    /// Whether searches find it.
    pub(super) is_found: bool,
}

/// How many products were written before they had slugs and words.
pub(crate) fn unfilled(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(UNFILLED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// At most `limit` of them.
pub(super) fn to_fill(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Product>, Error> {
    tx.all(TO_FILL, params![limit], product)
}

/// Which of these slugs something has or had.
pub(super) fn taken(tx: &mut Tx<'_>, slugs: &[String]) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    for part in slugs.chunks(PRODUCTS_AT_ONCE) {
        let slugs: Vec<Param<'_>> = repeated(part, PRODUCTS_AT_ONCE).map(Param::from).collect();
        found.extend(tx.all(TAKEN, &slugs, |row| row.text(0))?);
    }
    Ok(found)
}

/// Writes these products, but for those that somebody else has written meanwhile; whose they were.
pub(super) fn fill(tx: &mut Tx<'_>, products: &[Filled]) -> Result<BTreeSet<i64>, Error> {
    let mut written = BTreeSet::new();
    for part in products.chunks(PRODUCTS_AT_ONCE) {
        let rows = repeated(part, PRODUCTS_AT_ONCE).flat_map(|row| {
            let Filled { id, slug, folded, .. } = row;
            [Param::from(*id), slug.into(), (&folded.name).into(), (&folded.search).into()]
        });
        let rows: Vec<Param<'_>> = rows.collect();
        written.extend(tx.all(FILL, &rows, |row| row.int(0))?);
    }
    Ok(written)
}

/// Products are found by these words from now on.
pub(super) fn fill_words(tx: &mut Tx<'_>, words: &[(&str, i64)]) -> Result<(), Error> {
    for part in words.chunks(WORDS_AT_ONCE) {
        let rows =
            repeated(part, WORDS_AT_ONCE).flat_map(|(word, id)| [Param::from(*id), Param::from(*word)]);
        tx.execute(FILL_WORDS, &rows.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// The part, and its last again until there are so many.
fn repeated<T>(part: &[T], count: usize) -> impl Iterator<Item = &T> {
    part.iter().chain(part.last().into_iter().cycle()).take(count)
}
