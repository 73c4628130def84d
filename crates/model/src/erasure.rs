//! Erasures as the log knows them: whom records are not to tell of any more, by hashes alone, and what such a record is then.
//!
//! A record of theirs becomes one that was refused as `erased`, without an id and without its original; one with money keeps its
//! id, its time, its order and its amounts, and is nobody's. What is received after an erasure is another story.
//!
//! ```json
//! {"id":"0190…","at":1735732800000000,"orders":["0190…"],"users":["6c1f…"],"emails":["93aa…"],"visitors":["b5e0…"]}
//! ```

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hash::person_hash;
use crate::{Dialect, Event, LogRecord, Naming, Reason, Recorded, Rejected, Timestamp, decode, encode};

/// Whom an erasure means, as far as records of the log can tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its id.
    pub id: String,
    /// What was received, or happened, up to then is erased; µs.
    pub at: Timestamp,
    /// Their orders.
    pub orders: BTreeSet<String>,
    /// [`user_hash`] of the users that they are.
    pub users: BTreeSet<String>,
    /// [`email_hash`] of their addresses.
    pub emails: BTreeSet<String>,
    /// [`visitor_hash`] of the visitors that they are.
    pub visitors: BTreeSet<String>,
}

/// All erasures of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Erasures(pub Vec<Erasure>);

/// What a user of a site is known by.
pub fn user_hash(site: &str, user: &str) -> String {
    person_hash(b'u', &[site.as_bytes(), user.as_bytes()])
}

/// What a visitor of a site is known by.
pub fn visitor_hash(site: &str, visitor: i64) -> String {
    person_hash(b'v', &[site.as_bytes(), &visitor.to_le_bytes()])
}

/// What an e-mail address is known by, whatever the case of its letters.
pub fn email_hash(email: &str) -> String {
    person_hash(b'e', &[email.trim().to_ascii_lowercase().as_bytes()])
}

impl Erasures {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one in, in the place of an earlier one of the same id.
    pub fn add(&mut self, erasure: Erasure) {
        self.0.retain(|other| other.id != erasure.id);
        self.0.push(erasure);
    }

    /// What is left of the record of `payload`; `None`: all of it stays. Of its own answer all stays.
    pub fn strip(&self, payload: &[u8]) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let record = decode(payload).ok()?;
        let left = match record {
            LogRecord::Event(recorded) => self.strip_event(*recorded, payload)?,
            LogRecord::Rejected(rejected) if rejected.reason == Reason::Erased => return None,
            LogRecord::Rejected(rejected) => {
                let theirs =
                    |erasure: &Erasure| rejected.received_at <= erasure.at && erasure.is_told_by(&rejected);
                self.0.iter().any(theirs).then(|| gone(rejected.site, rejected.received_at))?
            }
        };
        encode(&left).ok()
    }

    /// What is left of a public event of an order, the JSON of `payload`; `None`: all of it stays.
    pub fn strip_public(&self, payload: &[u8]) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let mut event: Value = serde_json::from_slice(payload).ok()?;
        let order = event["order"]["id"].as_str()?.to_owned();
        let theirs = self.0.iter().find(|erasure| erasure.orders.contains(&order))?;
        blank(&mut event, theirs).then(|| event.to_string().into_bytes())
    }

    fn strip_event(&self, recorded: Recorded, payload: &[u8]) -> Option<LogRecord> {
        let event = &recorded.event;
        let is_before =
            |erasure: &&Erasure| event.received_at <= erasure.at || event.occurred_at <= erasure.at;
        let is_theirs = |erasure: &Erasure| erasure.is_of(&recorded) || erasure.is_in(payload);
        if !self.0.iter().filter(is_before).any(is_theirs) {
            return None;
        }
        if event.dialect != Dialect::SHOP {
            return Some(gone(event.site.clone(), event.received_at));
        }
        let nobodys = emptied(&recorded);
        (nobodys != recorded).then(|| LogRecord::Event(Box::new(nobodys)))
    }
}

impl Erasure {
    fn is_of(&self, recorded: &Recorded) -> bool {
        let event = &recorded.event;
        let is_visitor = |hash: i64| hash != 0 && self.visitors.contains(&visitor_hash(&event.site, hash));
        let hashes = [event.visitor.unwrap_or(0), recorded.visitor_today, recorded.visitor_yesterday];
        event.order.as_ref().is_some_and(|order| self.orders.contains(&order.order_id))
            || event.user.as_ref().is_some_and(|user| self.users.contains(&user_hash(&event.site, user)))
            || (!self.visitors.is_empty() && hashes.into_iter().any(is_visitor))
    }

    /// Whether one of the addresses stands in these bytes.
    fn is_in(&self, payload: &[u8]) -> bool {
        if self.emails.is_empty() || !payload.contains(&b'@') {
            return false;
        }
        let text = String::from_utf8_lossy(payload);
        emails_in(&text).any(|email| self.emails.contains(&email_hash(email)))
    }

    fn is_told_by(&self, rejected: &Rejected) -> bool {
        self.is_in(rejected.original.as_bytes()) || self.names_user(rejected)
    }

    /// Whether the original names one of the users in the member where clients do.
    fn names_user(&self, rejected: &Rejected) -> bool {
        if self.users.is_empty() {
            return false;
        }
        let Ok(original) = serde_json::from_str::<Value>(&rejected.original) else { return false };
        has_user(&original, &|user| self.users.contains(&user_hash(&rejected.site, user)))
    }
}

/// Whoever can tell whether a text names a person.
pub trait Names {
    /// Whether it holds one of their addresses.
    fn has_email_in(&self, text: &str) -> bool;

    /// Whether it names them in any way: asked of texts in which somebody typed what they know something by.
    fn is_named_in(&self, text: &str) -> bool;
}

impl Names for Erasure {
    /// Asked of their own orders: there any address is theirs, also one that something hangs on.
    fn has_email_in(&self, text: &str) -> bool {
        text.contains('@')
    }

    /// The list has no names: of orders whose person was erased no such text stays.
    fn is_named_in(&self, _: &str) -> bool {
        true
    }
}

/// Members of JSON that say who somebody is or where they live, whatever is in them.
const PERSONAL: [&str; 14] = [
    "customer",
    "customer_name",
    "customerName",
    "customer_email",
    "customerEmail",
    "customer_phone",
    "customerPhone",
    "email",
    "phone",
    "note",
    "shipping_address",
    "billing_address",
    "tracking_number",
    "tracking_url",
];

/// The member in which somebody typed what they know something by.
const TYPED: &str = "reference";

/// Takes a person out of JSON that stays: empties members that always name one, and any other text that names `who`; whether
/// there was anything.
pub fn blank(value: &mut Value, who: &impl Names) -> bool {
    match value {
        Value::Object(members) => {
            let mut changed = false;
            for (name, member) in members {
                changed |= match name.as_str() {
                    name if PERSONAL.contains(&name) => nothing(member),
                    TYPED => empty(member, |text| who.is_named_in(text)),
                    _ => blank(member, who),
                };
            }
            changed
        }
        Value::Array(items) => {
            let mut changed = false;
            for item in items {
                changed |= blank(item, who);
            }
            changed
        }
        other => empty(other, |text| who.has_email_in(text)),
    }
}

/// Empties a text of which `is` is true.
fn empty(value: &mut Value, is: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) if !text.is_empty() && is(text) => {
            text.clear();
            true
        }
        _ => false,
    }
}

/// Makes a member say nothing: an object keeps its members, for readers look for them.
fn nothing(value: &mut Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => {
            let mut changed = false;
            for (_, member) in members {
                changed |= nothing(member);
            }
            changed
        }
        _ => {
            *value = Value::Null;
            true
        }
    }
}

/// Members by which clients name a user.
const USER: [&str; 5] = ["userId", "user_id", "user", "distinct_id", "previousId"];

fn has_user(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, member)| match member {
            Value::String(text) => USER.contains(&name.as_str()) && is(text),
            Value::Number(number) => USER.contains(&name.as_str()) && is(&number.to_string()),
            member => has_user(member, is),
        }),
        Value::Array(items) => items.iter().any(|item| has_user(item, is)),
        _ => false,
    }
}

/// A record of which nothing is left but that it was there.
fn gone(site: String, received_at: Timestamp) -> LogRecord {
    LogRecord::Rejected(Box::new(Rejected {
        id: String::new(),
        site,
        received_at,
        reason: Reason::Erased,
        detail: String::new(),
        dialect: Dialect::SHOP,
        original: String::new(),
    }))
}

/// A record of money that is nobody's.
fn emptied(recorded: &Recorded) -> Recorded {
    let of = &recorded.event;
    let event = Event {
        id: of.id.clone(),
        site: of.site.clone(),
        name: of.name.clone(),
        name_sent: of.name_sent.clone(),
        occurred_at: of.occurred_at,
        order: of.order.clone(),
        props: "{}".to_owned(),
        ..Event::blank(of.dialect, of.received_at)
    };
    Recorded {
        event,
        agent: None,
        from_browser: false,
        crawlers_are_bots: false,
        visitor_today: 0,
        visitor_yesterday: 0,
        placed_at: recorded.placed_at,
        automated: false,
        referrer_ignored: false,
        naming: Naming::Private,
    }
}

/// What looks like e-mail addresses in a text, each whole.
pub fn emails_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').map(|(at, _)| {
        let is_name = |c: char| c.is_alphanumeric() || "._%+-'~".contains(c);
        let is_host = |c: char| c.is_alphanumeric() || ".-".contains(c);
        let (name, host) = (&text[..at], &text[at + 1..]);
        let begin = name
            .rfind(|c: char| !is_name(c))
            .map_or(0, |end| end + name[end..].chars().next().map_or(1, char::len_utf8));
        let end = host.find(|c: char| !is_host(c)).unwrap_or(host.len());
        text[begin..at + 1 + end].trim_end_matches('.')
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::visitor_from;

    fn erasures() -> Erasures {
        let erasure = Erasure {
            id: "e".to_owned(),
            at: Timestamp::from_micros(1_000),
            orders: ["o-1".to_owned()].into(),
            users: [user_hash("s", "42")].into(),
            emails: [email_hash("Ann@Shop.test")].into(),
            visitors: [visitor_hash("s", visitor_from("s", "a"))].into(),
        };
        Erasures(vec![erasure])
    }

    fn event(more: &Value) -> Vec<u8> {
        let mut event =
            json!({"v": 1, "id": "m", "st": "s", "n": "click", "t": 900, "r": 1_000, "d": "batch"});
        for (name, member) in more.as_object().unwrap() {
            event[name] = member.clone();
        }
        event.to_string().into_bytes()
    }

    #[test]
    fn what_is_theirs_is_gone_and_the_rest_stays() {
        let theirs = visitor_from("s", "a");
        let check = |more: Value, is_gone: bool| {
            let payload = event(&more);
            let left = erasures().strip(&payload);
            assert_eq!(left.is_some(), is_gone, "{more}");
            let Some(left) = left else { return };
            assert!(left.len() <= payload.len(), "{more}: it fits where it was");
            assert_eq!(erasures().strip(&left), None, "{more}: once is enough");
            let LogRecord::Rejected(rejected) = decode(&left).unwrap() else { panic!("{more}") };
            assert_eq!(
                (rejected.reason, rejected.site.as_str(), rejected.original.as_str()),
                (Reason::Erased, "s", "")
            );
        };
        check(json!({"u": "42"}), true);
        check(json!({"u": "421"}), false);
        check(json!({"u": "42", "st": "other"}), false);
        check(json!({"vi": theirs}), true);
        check(json!({"v1": theirs}), true);
        check(json!({"vi": 7}), false);
        check(json!({"x": {"traits": {"email": "ANN@shop.test"}}}), true);
        check(json!({"x": {"text": "write to ann@shop.test."}}), true);
        check(json!({"x": {"email": "joann@shop.test"}}), false);
        check(json!({"x": {"email": "ann@shop.test.example"}}), false);
        // What is received later is not erased, unless it happened before.
        check(json!({"u": "42", "t": 1_001, "r": 1_001}), false);
        check(json!({"u": "42", "t": 900, "r": 5_000}), true);
        check(json!({"rej": "invalid_time", "w": "t", "raw": "{\"userId\":42}"}), true);
        check(json!({"rej": "invalid_time", "w": "t", "raw": "to ann@shop.test"}), true);
        check(json!({"rej": "invalid_time", "w": "t", "raw": "{\"size\":42}"}), false);
    }

    #[test]
    fn money_stays_and_is_nobodys() {
        let order = json!({"id": "o-1", "m": 500, "c": "EUR", "s": "confirmed", "i": []});
        let money = json!({"id": "order:o-1:1", "n": "Order Completed", "d": "shop", "o": order, "u": "43", "vi": 9, "v0": 8,
            "h": "shop.test", "p": "/cart", "a": "Firefox", "pa": 800, "nc": 1, "x": {"customer_type": "new"}});
        let payload = event(&money);
        let left = erasures().strip(&payload).unwrap();
        assert!(left.len() <= payload.len());
        assert_eq!(erasures().strip(&left), None, "once is enough");
        let LogRecord::Event(recorded) = decode(&left).unwrap() else { panic!("money") };
        let event = &recorded.event;
        assert_eq!(
            (event.user.as_ref(), event.visitor, event.path.as_ref(), recorded.agent.as_ref()),
            (None, None, None, None)
        );
        assert_eq!((recorded.visitor_today, recorded.placed_at), (0, Some(Timestamp::from_micros(800))));
        let order = event.order.as_ref().unwrap();
        assert_eq!(
            (order.revenue_minor, event.id.as_str(), event.props.as_str()),
            (500, "order:o-1:1", "{}")
        );
    }

    #[test]
    fn the_person_leaves_public_events_and_the_rest_stays() {
        let event = |order: &str| {
            json!({"id": "o-1:2", "type": "OrderPaid", "order": {"id": order, "number": 7, "note": "ring",
                "customer": {"name": "Ann", "email": "ann@shop.test", "phone": "1"}, "customer_id": "c",
                "items": [{"sku": "ann", "name": "Ann"}], "client_reference": "cart of ANN@shop.test"},
                "payment": {"reference": "from Ann", "amount": {"amount_minor": 5}}})
        };
        let left = erasures().strip_public(event("o-1").to_string().as_bytes()).unwrap();
        assert!(left.len() <= event("o-1").to_string().len());
        let expected = json!({"id": "o-1:2", "type": "OrderPaid", "order": {"id": "o-1", "number": 7, "note": null,
            "customer": {"name": null, "email": null, "phone": null}, "customer_id": "c",
            "items": [{"sku": "ann", "name": "Ann"}], "client_reference": ""},
            "payment": {"reference": "", "amount": {"amount_minor": 5}}});
        assert_eq!(serde_json::from_slice::<Value>(&left).unwrap(), expected);
        assert_eq!(erasures().strip_public(&left), None, "once is enough");
        assert_eq!(erasures().strip_public(event("o-2").to_string().as_bytes()), None);
        assert_eq!(erasures().strip_public(b"no JSON"), None);
    }

    #[test]
    fn bytes_that_are_no_record_stay() {
        assert_eq!(erasures().strip(b"ann@shop.test"), None);
        assert_eq!(Erasures::default().strip(&event(&json!({"u": "42"}))), None);
    }
}
