//! The form as it was filled in.

use kassa_model::Money;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::asked::Asking;
use super::super::texts::{Texts, fill};
use super::fields::{FIELDS, QUANTITY_MAX, What, label};

/// What was sent.
#[derive(Debug)]
pub(super) struct Filled {
    /// Of the product's page; only what a slug has.
    pub(super) slug: String,
    pub(super) what: Option<What>,
    /// As it was written.
    pub(super) quantity: String,
    /// Of each of [`FIELDS`], in their order.
    pub(super) values: Vec<String>,
    /// Names the order, once it has been looked over.
    pub(super) key: Option<Uuid>,
}

impl Filled {
    pub(super) fn of(sent: &Asking) -> Self {
        let trimmed = |name: &str| sent.value(name).trim().to_owned();
        let slug = trimmed("slug");
        let is_slug = slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        Self {
            slug: if is_slug { slug } else { String::new() },
            what: What::of(sent.value("what")),
            quantity: trimmed("quantity"),
            values: FIELDS.iter().map(|(name, ..)| trimmed(name)).collect(),
            key: sent.value("key").parse().ok(),
        }
    }

    pub(super) fn count(&self) -> Option<i64> {
        self.quantity.parse().ok().filter(|count| (1..=QUANTITY_MAX).contains(count))
    }

    pub(super) fn value(&self, wanted: &str) -> &str {
        let both = FIELDS.iter().zip(&self.values);
        both.filter(|((name, ..), _)| *name == wanted)
            .map(|(_, value)| value.as_str())
            .next()
            .unwrap_or_default()
    }

    /// What has to be put right before anything is ordered, in the shop's words.
    pub(super) fn problem(&self, texts: &Texts) -> Option<String> {
        let is_fine = |name: &str, value: &str| match name {
            "email" => value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
            "country" => value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic()),
            _ => !value.is_empty(),
        };
        let missing: Vec<&str> = FIELDS
            .iter()
            .filter(|(name, is_needed, _)| *is_needed && !is_fine(name, self.value(name)))
            .map(|(name, ..)| label(texts, name))
            .collect();
        if !missing.is_empty() {
            return Some(fill(texts.own.fill_in, &missing.join(", ")));
        }
        self.count().is_none().then(|| texts.own.too_many.to_owned())
    }

    /// The order as `POST /v1/orders` takes it, for at most `total`.
    pub(super) fn order(
        &self,
        (sku, count): (&str, i64),
        total: Money,
        (page, language): (&str, &str),
    ) -> Value {
        let mut address = Map::new();
        for (name, ..) in FIELDS.into_iter().filter(|(name, ..)| *name != "email") {
            let value = match name {
                "country" => self.value(name).to_ascii_uppercase(),
                _ => self.value(name).to_owned(),
            };
            if !value.is_empty() {
                address.insert(name.to_owned(), json!(value));
            }
        }
        json!({
            "items": [{"sku": sku, "quantity": count}],
            "customer": {"name": self.value("name"), "email": self.value("email")},
            "shipping_address": address,
            "expected_total": total,
            "context": {"page": page, "language": language},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::texts::texts_of;
    use super::*;

    fn filled(form: &str) -> Filled {
        Filled::of(&Asking::of(&format!("/?{form}").parse().unwrap()))
    }

    const WHOLE: &str = "slug=mug&what=900+EUR+mug&quantity=2&name=Ann+A&email=ann%40shop.test&line1=High+Street+1&line2=\
                         &postal_code=12345&city=Town&region=&country=de";

    #[test]
    fn says_what_is_to_be_put_right() {
        let check = |form: &str, expected: &str| {
            let said = filled(form).problem(texts_of(&[])).unwrap_or_default();
            assert_eq!(said, expected, "{form}");
        };
        check(WHOLE, "");
        check(&WHOLE.replace("Ann+A", "+"), "Please fill in: Name");
        check(&WHOLE.replace("%40shop.test", "").replace("Town", ""), "Please fill in: E-mail, City");
        check(
            &WHOLE.replace("country=de", "country=Germany"),
            "Please fill in: Country (two letters, such as DE)",
        );
        for quantity in ["", "0", "-1", "100", "1.5", "9999999999999999999999"] {
            let form = WHOLE.replace("quantity=2", &format!("quantity={quantity}"));
            check(&form, "Please choose a quantity from 1 to 99.");
        }
    }

    #[test]
    fn is_an_order_of_what_was_filled_in() {
        let total = Money { amount_minor: 1_800, currency: "EUR".parse().unwrap() };
        let order = filled(WHOLE).order(("mug", 2), total, ("https://shop.test/checkout", "de"));
        let expected = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"name": "Ann A", "email": "ann@shop.test"},
            "shipping_address": {"name": "Ann A", "line1": "High Street 1", "postal_code": "12345", "city": "Town", "country": "DE"},
            "expected_total": {"amount_minor": 1_800, "currency": "EUR"}, "context": {"page": "https://shop.test/checkout", "language": "de"}});
        assert_eq!(order, expected);
        assert_eq!(filled("slug=../x&key=1").slug, "");
        assert!(filled("key=1").key.is_none());
    }
}
