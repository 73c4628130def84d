//! Whose rows are a person's, in plain code.

use kassa_model::{Event, Rejected, emails_in};

use crate::{DeadLetter, KnownAs, Names, Person, Row, Wanted};

/// Whether an event is theirs.
pub(super) fn is_of(who: &Person, event: &Event) -> bool {
    let is_visitor = |hash: Option<i64>| hash.is_some_and(|hash| hash > 0 && who.visitors.contains(&hash));
    is_then(who, event)
        && (is_named(who, event) || is_visitor(event.visitor) || is_visitor(event.anonymous_visitor))
}

/// Whether a dead letter holds one of their addresses.
pub(super) fn is_told(who: &Person, letter: &Rejected) -> bool {
    letter.site == who.site && letter.received_at <= who.until && holds(who, &letter.original)
}

/// As whom rows name them.
pub(super) fn known_as(rows: &[Row], who: &Person) -> KnownAs {
    let mut known = KnownAs::default();
    for event in rows.iter().map(|row| &row.event).filter(|event| is_then(who, event) && is_named(who, event))
    {
        let hashes = [event.visitor, event.anonymous_visitor].into_iter().flatten();
        known.visitors.extend(hashes.filter(|hash| *hash > 0));
        known.users.extend(event.user.clone());
    }
    known
}

/// Whom rows and dead letters of a site name, of those who are wanted.
pub(super) fn names<'a>(
    (rows, letters): (&[Row], impl Iterator<Item = &'a DeadLetter>),
    site: &str,
    wanted: &Wanted,
) -> Names {
    let mut names = Names::default();
    for event in rows.iter().map(|row| &row.event).filter(|event| event.site == site) {
        event.user.iter().for_each(|user| names.hear_user(user, wanted));
        texts(event).for_each(|text| names.hear_text(text, wanted));
    }
    for rejected in letters.map(|letter| &letter.rejected).filter(|rejected| rejected.site == site) {
        names.hear_text(&rejected.original, wanted);
    }
    names
}

fn is_then(who: &Person, event: &Event) -> bool {
    event.site == who.site
        && !event.is_of_stock()
        && (event.received_at <= who.until || event.occurred_at <= who.until)
}

fn is_named(who: &Person, event: &Event) -> bool {
    event.user.as_ref().is_some_and(|user| who.users.contains(user))
        || event.order.as_ref().is_some_and(|order| who.orders.contains(&order.order_id))
        || texts(event).any(|text| holds(who, text))
}

/// Texts in which an address may stand.
fn texts(event: &Event) -> impl Iterator<Item = &String> {
    let texts = [
        event.user.as_ref(),
        Some(&event.props),
        event.path.as_ref(),
        event.title.as_ref(),
        event.component.as_ref(),
        event.target.as_ref(),
        event.referrer.as_ref(),
    ];
    texts.into_iter().flatten()
}

/// Whether one of the addresses stands in it, whole.
fn holds(who: &Person, text: &str) -> bool {
    text.contains('@') && emails_in(&text.to_lowercase()).any(|email| who.emails.contains(email))
}
