//! What an order's body says beside its goods, and what it must hold.
//!
//! ```json
//! {"name":"Alice","line1":"High Street 1","city":"Leeds","postal_code":"LS1 1AA","country":"GB"}
//! ```

use kassa_model::{Currency, Money};
use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::details::{Address, is_country};
use super::said::short;
use crate::number::integer;

/// Characters of a member of an address.
const MEMBER_CHARS_MAX: usize = 255;
/// Characters of a postal code.
const POSTAL_CODE_CHARS_MAX: usize = 32;

/// An address as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressBody {
    name: Option<String>,
    company: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// An amount as it is sent.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyBody {
    #[serde(deserialize_with = "integer")]
    amount_minor: i64,
    currency: Currency,
}

impl AddressBody {
    /// The address; `field` is what it is called in the body.
    pub(super) fn check(self, field: &str) -> Result<Address, Problem> {
        let member = |name: &str, text, chars_max| short(&format!("{field}.{name}"), text, chars_max);
        let needed = |name: &str, text| {
            let text = member(name, text, MEMBER_CHARS_MAX)?;
            text.ok_or_else(|| Problem::bad_request(format!("{field}.{name} is missing")))
        };
        let country = needed("country", self.country)?.to_ascii_uppercase();
        if !is_country(&country) {
            let why = format!("{field}.country is no country of ISO 3166-1: two letters, such as DE");
            return Err(Problem::bad_request(why));
        }
        Ok(Address {
            name: needed("name", self.name)?,
            company: member("company", self.company, MEMBER_CHARS_MAX)?,
            line1: needed("line1", self.line1)?,
            line2: member("line2", self.line2, MEMBER_CHARS_MAX)?,
            city: needed("city", self.city)?,
            region: member("region", self.region, MEMBER_CHARS_MAX)?,
            postal_code: member("postal_code", self.postal_code, POSTAL_CODE_CHARS_MAX)?,
            country,
        })
    }
}

impl From<Address> for AddressBody {
    fn from(address: Address) -> Self {
        let Address { name, company, line1, line2, city, region, postal_code, country } = address;
        let (name, line1, city, country) = (Some(name), Some(line1), Some(city), Some(country));
        Self { name, company, line1, line2, city, region, postal_code, country }
    }
}

impl MoneyBody {
    pub(super) fn money(self) -> Money {
        Money { amount_minor: self.amount_minor, currency: self.currency }
    }
}
