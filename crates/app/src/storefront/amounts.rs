//! Amounts of money as pages show them: much as the browser's `Intl` writes them, which writes them anew in the shopper's locale.

use kassa_model::{Currency, Money};

use super::texts::Texts;

/// Signs that are known beyond the country of the currency; others are shown by their code.
const SIGNS: [(&str, &str); 9] = [
    ("EUR", "€"),
    ("USD", "$"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("INR", "₹"),
    ("KRW", "₩"),
    ("ILS", "₪"),
    ("BRL", "R$"),
    ("VND", "₫"),
];

/// `€1,234.50`, `1.234,50 €`.
pub(super) fn amount(texts: &Texts, money: Money) -> String {
    let (group, point) = if texts.language == "de" { ('.', ',') } else { (',', '.') };
    let decimals = money.currency.decimals();
    let scale = 10_u64.pow(decimals);
    let magnitude = money.amount_minor.unsigned_abs();
    let mut number = grouped(magnitude / scale, group);
    if decimals > 0 {
        number.push(point);
        number.push_str(&format!("{:0width$}", magnitude % scale, width = decimals as usize));
    }
    let sign = if money.amount_minor < 0 { "\u{2212}" } else { "" };
    let (unit, is_code) = unit(money.currency);
    match texts.language {
        "en" => format!("{sign}{unit}{}{number}", if is_code { "\u{a0}" } else { "" }),
        "ar" => format!("\u{200f}{sign}{number}\u{a0}{unit}"),
        _ => format!("{sign}{number}\u{a0}{unit}"),
    }
}

/// The sign or the code of a currency, and whether it is the code.
fn unit(currency: Currency) -> (String, bool) {
    match SIGNS.iter().find(|(code, _)| *code == currency.code()) {
        Some((_, sign)) => ((*sign).to_owned(), false),
        None => (currency.code().to_owned(), true),
    }
}

/// `1,234,567`.
fn grouped(number: u64, group: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::texts::texts_of;
    use super::*;

    #[test]
    fn writes_amounts_as_they_are_written_there() {
        let check = |language: &str, amount_minor: i64, currency: &str, expected: &str| {
            let money = Money { amount_minor, currency: currency.parse().unwrap() };
            assert_eq!(amount(texts_of(&[language.to_owned()]), money), expected);
        };
        check("en", 123_450, "EUR", "€1,234.50");
        check("en", 5, "USD", "$0.05");
        check("en", 1_234_567, "JPY", "¥1,234,567");
        check("en", -950, "CHF", "\u{2212}CHF\u{a0}9.50");
        check("en", 1_500, "KWD", "KWD\u{a0}1.500");
        check("de", 123_450, "EUR", "1.234,50\u{a0}€");
        check("de", 99_900, "USD", "999,00\u{a0}$");
        check("ar", 123_450, "EUR", "\u{200f}1,234.50\u{a0}€");
        check("en", 0, "EUR", "€0.00");
    }
}
