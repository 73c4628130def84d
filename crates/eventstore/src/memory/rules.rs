//! The rules of sites, applied to every row before anything is asked of it.

use std::borrow::Cow;
use std::sync::Arc;

use kassa_model::{Event, Visit, VisitFacts};

use super::rows::own_field;
use super::visit::written;
use crate::query::holds;
use crate::query::rules::SiteRules;
use crate::{Error, Row};

/// `rows` as the rules have them.
pub(super) fn ruled<'a>(rows: &'a [Row], rules: &[SiteRules]) -> Result<Cow<'a, [Row]>, Error> {
    if rules.iter().all(SiteRules::is_empty) {
        return Ok(Cow::Borrowed(rows));
    }
    let mut ruled = Vec::with_capacity(rows.len());
    for row in rows {
        match rules.iter().find(|rules| rules.site == row.event.site) {
            None => ruled.push(row.clone()),
            Some(rules) if counts(row, rules)? => ruled.push(shown(row, rules)),
            Some(_) => {}
        }
    }
    Ok(Cow::Owned(ruled))
}

/// Whether it counts, by its path as it is stored. What the shop says of its money and its stock always does.
fn counts(row: &Row, rules: &SiteRules) -> Result<bool, Error> {
    let Some(excluded) = rules.excluded.as_ref().filter(|_| row.event.is_of_visitors()) else {
        return Ok(true);
    };
    let field = |field: &crate::query::Field| match field.is_of_visits() {
        true => written(field, row),
        false => own_field(field, &row.event),
    };
    Ok(!holds(Some(excluded), &field)?)
}

fn shown(row: &Row, rules: &SiteRules) -> Row {
    let visit = row.visit.as_ref().map(|visit| {
        let entry_page = visit.facts.entry_page.as_deref().map(|path| rules.shown(path).into());
        Visit { facts: Arc::new(VisitFacts { entry_page, ..(*visit.facts).clone() }), ..visit.clone() }
    });
    let path = row.event.path.as_deref().map(|path| rules.shown(path).to_owned());
    Row { event: Event { path, ..row.event.clone() }, visit, ..row.clone() }
}
