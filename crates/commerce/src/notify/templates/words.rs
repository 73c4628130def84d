//! The words of the letters, in the languages of the storefront. They are templates themselves: what stands in double braces is a
//! value of the letter.

mod ar;
mod de;
mod en;
mod shape;

pub(super) use shape::Words;

/// Every template of a letter.
pub(crate) const TEMPLATES: [&str; 15] = [
    "order-confirmed",
    "order-failed",
    "order-edited",
    "order-cancelled",
    "order-shipped",
    "order-refunded",
    "back-in-stock",
    "message",
    "staff-new-order",
    "staff-stock-low",
    "staff-stock-out",
    "staff-audit-red",
    "staff-alert",
    "staff-webhook-disabled",
    "staff-report",
];

/// The words of this language; English where there are none.
pub(super) fn of(language: &str) -> &'static Words {
    match language {
        "de" => &de::WORDS,
        "ar" => &ar::WORDS,
        _ => &en::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_letter() {
        for language in crate::storefront::settings::LANGUAGES {
            let words = of(language);
            let templates: Vec<&str> = words.letters.iter().map(|letter| letter.template).collect();
            assert_eq!((words.language, templates.as_slice()), (language, &TEMPLATES[..]));
        }
    }
}
