//! Money: an amount in minor units and an ISO 4217 currency. Never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The active codes of ISO 4217, list one. Those for tests and for no currency are left out: nothing is sold in them.
const LISTED: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
     CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
     HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
     MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
     RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN \
     UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG";

/// A three-letter ISO 4217 code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Why a text is not money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three ASCII letters.
    #[error("not an ISO 4217 currency code: {0}")]
    Currency(String),
    /// Not a plain decimal number.
    #[error("not a decimal amount: {0}")]
    Amount(String),
    /// More decimals than the currency has.
    #[error("{currency} has {decimals} decimals: {amount}")]
    Decimals {
        /// The amount as given.
        amount: String,
        /// The currency.
        currency: Currency,
        /// How many decimals it has.
        decimals: u32,
    },
    /// Beyond ±(2^53−1) minor units, the largest integer that JSON readers keep exact.
    #[error("amount out of range: {0}")]
    Range(String),
}

/// An amount in minor units (cents, öre, fils) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; may be negative.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Currency {
    /// US dollar, the default of `shop.currency`.
    pub const USD: Self = Self(*b"USD");

    /// Whether it is one of the currencies of ISO 4217, amendment 180 (2026). What is stored may have another code, from
    /// before this was asked or of a currency that is no more: it can be read, and not be given to anything new.
    pub fn is_listed(&self) -> bool {
        LISTED.split(' ').any(|code| code.as_bytes() == self.0)
    }

    /// The code, upper case.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Decimals by ISO 4217: 0 for JPY and the like, 3 for KWD and the like, else 2.
    pub fn decimals(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl Money {
    /// The largest amount either way: 2^53−1 minor units.
    pub const AMOUNT_MINOR_MAX: i64 = (1 << 53) - 1;

    /// Parses a decimal number's own text (`9.5`, `400`, `-0.10`), never through a float.
    ///
    /// # Errors
    /// [`MoneyError`] when it is no plain decimal, has more decimals than the currency, or is out of range.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let amount = || MoneyError::Amount(text.chars().take(64).collect());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || digits.ends_with('.') {
            return Err(amount());
        }
        let decimals = currency.decimals();
        let significant = fraction.trim_end_matches('0');
        if significant.len() > decimals as usize {
            return Err(MoneyError::Decimals { amount: text.to_owned(), currency, decimals });
        }
        let mut minor: i64 = 0;
        let padding = std::iter::repeat_n(b'0', decimals as usize - significant.len());
        for digit in whole.bytes().chain(significant.bytes()).chain(padding) {
            minor = minor
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(i64::from(digit - b'0')))
                .filter(|minor| *minor <= Self::AMOUNT_MINOR_MAX)
                .ok_or_else(|| MoneyError::Range(text.chars().take(64).collect()))?;
        }
        Ok(Self { amount_minor: if negative { -minor } else { minor }, currency })
    }

    /// The amount with the fewest digits: `400`, `9.5`.
    pub fn to_decimal(&self) -> String {
        let all = self.all_digits();
        if self.currency.decimals() == 0 {
            return all;
        }
        all.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// The amount with as many decimals as its currency has: `400.00`, `9.50`.
    fn all_digits(&self) -> String {
        let decimals = self.currency.decimals();
        let (scale, magnitude) = (10_u64.pow(decimals), self.amount_minor.unsigned_abs());
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let whole = magnitude / scale;
        match decimals {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{:0width$}", magnitude % scale, width = decimals as usize),
        }
    }
}

/// As people write it: `31.00 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.all_digits(), self.currency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Takes three ASCII letters in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self(letters.map(|l| l.to_ascii_uppercase())))
            }
            _ => Err(MoneyError::Currency(text.chars().take(64).collect())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> Option<i64> {
        Money::parse(text, currency.parse().unwrap()).ok().map(|money| money.amount_minor)
    }

    #[test]
    fn parses_the_text_of_a_number() {
        assert_eq!(minor("9.5", "USD"), Some(950));
        assert_eq!(minor("400", "usd"), Some(40_000));
        assert_eq!(minor("-0.10", "EUR"), Some(-10));
        assert_eq!(minor("9.500", "EUR"), Some(950));
        assert_eq!(minor("9.501", "EUR"), None);
        assert_eq!(minor("9.501", "KWD"), Some(9_501));
        assert_eq!(minor("9.5", "JPY"), None);
        assert_eq!(minor("90071992547409.91", "USD"), Some(Money::AMOUNT_MINOR_MAX));
        assert_eq!(minor("90071992547409.92", "USD"), None);
        for bad in ["", "-", ".", "1.", ".5", "1e3", "+1", "1,5", "NaN", "٣"] {
            assert_eq!(minor(bad, "USD"), None, "{bad}");
        }
    }

    #[test]
    fn knows_the_currencies_of_iso_4217() {
        let listed = |code: &str| code.parse::<Currency>().unwrap().is_listed();
        for code in ["USD", "eur", "JPY", "KWD", "CLF", "XAF", "AED", "ZWG"] {
            assert!(listed(code), "{code}");
        }
        for code in ["ABC", "EUX", "XTS", "DEM", "AAA", "ZZZ"] {
            assert!(!listed(code), "{code}");
        }
        let codes: Vec<&str> = LISTED.split(' ').collect();
        assert!(codes.iter().all(|code| code.len() == 3) && codes.is_sorted(), "{codes:?}");
        // All that have other than two decimals are there.
        let odd = codes.iter().filter(|code| code.parse::<Currency>().unwrap().decimals() != 2).count();
        assert_eq!(odd, 17 + 7 + 2);
    }

    #[test]
    fn prints_the_fewest_digits_for_programs_and_all_for_people() {
        let check = |amount_minor, currency: &str, (fewest, all): (&str, &str)| {
            let money = Money { amount_minor, currency: currency.parse().unwrap() };
            assert_eq!((money.to_decimal().as_str(), money.to_string().as_str()), (fewest, all));
        };
        check(40_000, "USD", ("400", "400.00 USD"));
        check(950, "USD", ("9.5", "9.50 USD"));
        check(-5, "USD", ("-0.05", "-0.05 USD"));
        check(0, "EUR", ("0", "0.00 EUR"));
        check(7, "JPY", ("7", "7 JPY"));
        check(7, "KWD", ("0.007", "0.007 KWD"));
        check(100, "JPY", ("100", "100 JPY"));
        check(Money::AMOUNT_MINOR_MAX, "EUR", ("90071992547409.91", "90071992547409.91 EUR"));
    }
}
