//! What is known of a person by their orders.

use std::collections::BTreeSet;

use kassa_model::{Names, emails_in};
use serde::{Deserialize, Serialize};

use crate::visit::Context;

/// Characters of a name that is looked for in texts.
const NAME_CHARS_MIN: usize = 3;

/// What is known of a person by their orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// Ids of their orders.
    pub orders: BTreeSet<String>,
    /// Ids of the customer that they are.
    pub customers: BTreeSet<String>,
    /// Their addresses, in lower case.
    pub emails: BTreeSet<String>,
    /// What they called themselves, in lower case: looked for where somebody typed a text.
    pub names: BTreeSet<String>,
    /// Site and id of the users that they are.
    pub users: BTreeSet<(String, String)>,
    /// Site and hash of the visitors that they are.
    pub visitors: BTreeSet<(String, i64)>,
}

impl Found {
    /// All of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.orders.extend(other.orders);
        self.customers.extend(other.customers);
        self.emails.extend(other.emails);
        self.names.extend(other.names);
        self.users.extend(other.users);
        self.visitors.extend(other.visitors);
        self
    }

    /// Whether a text holds one of their addresses, whole: `joalice@shop.test` and `jo-alice@shop.test` are others'.
    pub(in crate::privacy) fn is_addressed_in(&self, text: &str) -> bool {
        text.contains('@') && emails_in(&text.to_ascii_lowercase()).any(|email| self.emails.contains(email))
    }

    /// Takes note of a name, unless it is too short to be looked for.
    pub(super) fn hear(&mut self, name: &str) {
        let name = name.trim().to_lowercase();
        if name.chars().count() >= NAME_CHARS_MIN {
            self.names.insert(name);
        }
    }

    /// Takes note of who placed an order by its visit.
    pub(super) fn see(&mut self, context: &Context) {
        let site = &context.site;
        self.users.extend(context.user.iter().map(|user| (site.clone(), user.clone())));
        let hashes = [context.visitor.unwrap_or(0), context.visitor_today, context.visitor_yesterday];
        let hashes = hashes.into_iter().filter(|hash| *hash != 0);
        self.visitors.extend(hashes.map(|hash| (site.clone(), hash)));
    }
}

impl Names for Found {
    /// Also where something hangs on it, as in `cart-alice@shop.test-1`, but not as the end of a longer name.
    fn has_email_in(&self, text: &str) -> bool {
        if !text.contains('@') {
            return false;
        }
        let text = text.to_ascii_lowercase();
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let is_whole = |(at, email): (usize, &str)| {
            ends(text[..at].chars().next_back()) && ends(text[at + email.len()..].chars().next())
        };
        self.emails.iter().any(|email| text.match_indices(email.as_str()).any(is_whole))
    }

    fn is_named_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.has_email_in(text) || self.names.iter().any(|name| lower.contains(name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_heard_where_somebody_typed() {
        let mut who = Found { emails: ["ann@shop.test".to_owned()].into(), ..Found::default() };
        who.hear("Ann Lee");
        who.hear("A");
        let check = |text: &str, email: bool, named: bool| {
            assert_eq!((who.has_email_in(text), who.is_named_in(text)), (email, named), "{text}");
        };
        check("to ANN@shop.test", true, true);
        check("from ann lee", false, true);
        check("cart-ann@shop.test-1", true, true);
        check("joann@shop.test", false, false);
        check("ann@shop.tests", false, false);
        assert!(
            who.is_addressed_in("{\"to\":\"Ann@Shop.test\"}") && !who.is_addressed_in("jo-ann@shop.test")
        );
        check("bank 4711", false, false);
        check("bob@shop.test", false, false);
    }
}
