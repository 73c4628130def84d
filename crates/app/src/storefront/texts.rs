//! The texts of pages as the server writes them: those of `web/ui/src/shop/texts`, to which a test holds them, and of the form for
//! browsers without scripts its own. `{}` stands for a number, a name or an amount.

mod ar;
mod de;
mod en;
mod shape;

use kassa_commerce::storefront::settings::LANGUAGES;

pub(super) use shape::Texts;

/// The texts of the first language of a shop.
pub(super) fn texts_of(languages: &[String]) -> &'static Texts {
    let wanted = languages.iter().find(|language| LANGUAGES.contains(&language.as_str()));
    match wanted.map(String::as_str) {
        Some("de") => &de::TEXTS,
        Some("ar") => &ar::TEXTS,
        _ => &en::TEXTS,
    }
}

/// The text with `value` in its place.
pub(super) fn fill(text: &str, value: &str) -> String {
    text.replacen("{}", value, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_what_the_browser_says() {
        let check = |texts: &Texts, browser: &str| {
            let said: String = browser.split_whitespace().collect::<Vec<_>>().join(" ");
            let shared = texts.shared.all();
            let parts = shared.iter().flat_map(|text| text.split("{}")).chain(texts.empty_cart.split('0'));
            for part in parts.map(str::trim) {
                assert!(said.contains(part), "{}: {part:?} is not said there", texts.language);
            }
            assert!(texts.own.all().iter().all(|text| !text.is_empty()));
        };
        check(&en::TEXTS, include_str!("../../../../web/ui/src/shop/texts/en.ts"));
        check(&de::TEXTS, include_str!("../../../../web/ui/src/shop/texts/de.ts"));
        check(&ar::TEXTS, include_str!("../../../../web/ui/src/shop/texts/ar.ts"));
    }

    #[test]
    fn a_shop_has_the_texts_of_its_first_language() {
        let check = |languages: &[&str], expected: &str| {
            let languages: Vec<String> = languages.iter().map(|&one| one.to_owned()).collect();
            assert_eq!(texts_of(&languages).language, expected);
        };
        check(&["de", "en"], "de");
        check(&["ar"], "ar");
        check(&["fr", "de"], "de");
        check(&[], "en");
        assert_eq!((en::TEXTS.products)(1, true), "1 product");
        assert_eq!((de::TEXTS.products)(10_000, false), "über 10000 Artikel");
    }
}
