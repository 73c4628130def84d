//! What a secret key is for: few scopes, so that one look tells what a stolen key could do.

use std::fmt;
use std::str::FromStr;

/// One thing that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read reports, events and exports, products and stock.
    Read,
    /// Create, change and archive products.
    Catalog,
    /// Receive and adjust stock, read its ledger.
    Inventory,
    /// Read orders with their customers; place, edit, cancel, fulfil and refund them.
    Orders,
    /// Send events for others: what they say of the visitor's address and agent is believed. The key is taken wherever a write
    /// key is.
    Collect,
    /// Everything: sites, keys, audit, chaos, and all of the above.
    Admin,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scope {0:?}: known are read, catalog, inventory, orders, collect, admin")]
pub struct UnknownScope(String);

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Catalog, Self::Inventory, Self::Orders, Self::Collect, Self::Admin];

    /// Its name in the API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Catalog => "catalog",
            Self::Inventory => "inventory",
            Self::Orders => "orders",
            Self::Collect => "collect",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let known = Self::ALL.into_iter().find(|scope| scope.name() == text);
        known.ok_or_else(|| UnknownScope(text.chars().take(64).collect()))
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether a key with these may do `scope`; `admin` includes all.
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & (scope.bit() | Scope::Admin.bit()) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes in the set, as they were given.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.0 & scope.bit() != 0)
    }

    /// Their names, for answers.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Scope::name).collect()
    }

    /// From names.
    ///
    /// # Errors
    /// [`UnknownScope`] for the first that is none.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownScope> {
        names.into_iter().map(Scope::from_str).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_allows_its_own_and_admin_allows_all() {
        let check = |names: &str, allowed: &str| {
            let scopes = Scopes::parse(names.split_whitespace()).unwrap();
            let found: Vec<_> =
                Scope::ALL.into_iter().filter(|s| scopes.allow(*s)).map(Scope::name).collect();
            assert_eq!(found.join(" "), allowed, "{names}");
        };
        check("", "");
        check("read", "read");
        check("orders catalog", "catalog orders");
        check("inventory inventory", "inventory");
        check("admin", "read catalog inventory orders collect admin");
        assert_eq!(Scopes::parse(["admin", "read"]).unwrap().names(), ["read", "admin"]);
    }

    #[test]
    fn what_is_no_scope_is_refused_by_name() {
        for text in ["", "Read", "write", "*"] {
            assert!(Scopes::parse(["read", text]).unwrap_err().to_string().contains(&format!("{text:?}")));
        }
    }
}
