//! What is said of an order beside its goods: where it goes, a note, whether news may follow, and what it may cost.

pub(crate) mod store;

use std::str::FromStr;

use kassa_model::Money;
use serde::Serialize;

/// The assigned codes of ISO 3166-1 (alpha-2).
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
     CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
     GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
     KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
     MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
     SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
     UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Where goods or an invoice go; a copy that stays as it was when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Who receives it.
    pub name: String,
    /// Their company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// What else finds the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// State, province or county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// As the country writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Two capital letters of ISO 3166-1.
    pub country: String,
}

/// Where goods go, and the invoice if elsewhere.
pub(crate) type Addresses = (Option<Address>, Option<Address>);

/// What an order says beside its goods and its customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Details {
    /// Where the goods go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// Where the invoice goes, if elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// To whoever packs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether the customer agreed to be sent news.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marketing_consent: bool,
    /// What the buyer was shown: at another total nothing is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_total: Option<Money>,
}

/// By which way an order came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Source {
    /// From a browser, or somebody without a key.
    Web,
    /// From whoever runs the shop.
    Admin,
    /// From a program with a key, or of an older system.
    #[default]
    Api,
    /// From a file of what was before.
    Import,
}

/// A name that is no [`Source`]'s.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no order comes by {0}")]
pub struct UnknownSource(String);

/// Whether it is the code of a country.
pub(super) fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code)
}

impl Details {
    /// Whether nothing is said.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The addresses with the names of their kinds.
    fn addresses(&self) -> impl Iterator<Item = (&'static str, &Address)> {
        let billing = self.billing_address.iter().map(|address| (BILL, address));
        self.shipping_address.iter().map(|address| (SHIP, address)).chain(billing)
    }
}

/// The kind of an address to which goods go.
const SHIP: &str = "ship";
/// The kind of an address to which an invoice goes.
const BILL: &str = "bill";

impl Source {
    const ALL: [Self; 4] = [Self::Web, Self::Admin, Self::Api, Self::Import];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Admin => "admin",
            Self::Api => "api",
            Self::Import => "import",
        }
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|source| source.name() == name);
        known.ok_or_else(|| UnknownSource(name.to_owned()))
    }
}
