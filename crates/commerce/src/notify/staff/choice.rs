//! Who runs the shop and is told, and of what: `email.staff` and everything, unless it was set otherwise.

use serde::{Deserialize, Serialize};

use super::super::templates::TO_STAFF;

/// Of what they may be told: the templates of their letters without what these begin with.
pub const TOPICS: [&str; 7] =
    ["new-order", "stock-low", "stock-out", "audit-red", "alert", "webhook-disabled", "report"];

/// Addresses at most.
const ADDRESSES_MAX: usize = 20;
/// Bytes of an address at most (RFC 5321, 4.5.3.1).
const ADDRESS_BYTES_MAX: usize = 254;

/// What is set of it; what is absent is as the configuration has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// Who is told.
    pub addresses: Option<Vec<String>>,
    /// Some of [`TOPICS`].
    pub topics: Option<Vec<String>>,
}

/// Who is told of what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Staff {
    pub(crate) addresses: Vec<String>,
    pub(crate) topics: Vec<String>,
}

impl Choice {
    /// The choice as it is kept.
    ///
    /// # Errors
    /// The first member that breaks a rule, in a sentence.
    pub(crate) fn checked(self) -> Result<Self, String> {
        let addresses = self.addresses.map(addresses).transpose()?;
        if let Some(topics) = &self.topics {
            let is_known = |topic: &String| TOPICS.contains(&topic.as_str());
            if !topics.iter().all(is_known) || has_twice(topics) {
                return Err(format!("topics must be some of {}, each once", TOPICS.join(", ")));
            }
        }
        Ok(Self { addresses, topics: self.topics })
    }

    /// Who is told of what where the configuration names these.
    pub(crate) fn over(self, configured: &[String]) -> Staff {
        Staff {
            addresses: self.addresses.unwrap_or_else(|| configured.to_vec()),
            topics: self.topics.unwrap_or_else(|| TOPICS.map(str::to_owned).to_vec()),
        }
    }
}

impl Staff {
    /// Who gets the letter of this template.
    pub(crate) fn of(&self, template: &str) -> &[String] {
        let topic = template.strip_prefix(TO_STAFF).unwrap_or_default();
        if self.topics.iter().any(|wanted| wanted == topic) { &self.addresses } else { &[] }
    }
}

fn addresses(given: Vec<String>) -> Result<Vec<String>, String> {
    if given.len() > ADDRESSES_MAX {
        return Err(format!("addresses has at most {ADDRESSES_MAX}"));
    }
    let kept: Vec<String> = given.iter().map(|address| address.trim().to_owned()).collect();
    for address in &kept {
        let parsed: Result<lettre::Address, _> = address.parse();
        if address.len() > ADDRESS_BYTES_MAX || parsed.is_err() {
            let said: String = address.chars().take(64).collect();
            return Err(format!("addresses: {said} is no address of mail"));
        }
    }
    if has_twice(&kept) { Err("addresses has one twice".to_owned()) } else { Ok(kept) }
}

fn has_twice(all: &[String]) -> bool {
    (1..all.len()).any(|place| all[..place].iter().any(|before| before.eq_ignore_ascii_case(&all[place])))
}
