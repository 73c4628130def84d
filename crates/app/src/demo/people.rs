//! Who buys in the demo: a name, an e-mail address and where they live, the same for one person each time.

use kassa_commerce::orders::{Address, Customer};

use super::random::Random;

const FIRST_NAMES: &[&str] = &[
    "Ada", "Amina", "Anders", "Béla", "Carla", "Chiara", "Daan", "Dilan", "Elif", "Émile", "Fatma", "Greta",
    "Hana", "Ines", "Jakub", "Jonas", "Kaito", "Léa", "Lucía", "Mads", "Maja", "Nils", "Noor", "Olivia",
    "Oskar", "Paweł", "Rosa", "Samir", "Sofia", "Tove", "Yara", "Zoë",
];
const LAST_NAMES: &[&str] = &[
    "Andersen",
    "Bakker",
    "Bianchi",
    "Costa",
    "Demir",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Hansen",
    "Horváth",
    "Ito",
    "Jensen",
    "Kaya",
    "Keller",
    "Kowalski",
    "Lindqvist",
    "Martin",
    "Meyer",
    "Moreau",
    "Novák",
    "O’Brien",
    "Peeters",
    "Rossi",
    "Sato",
    "Schmidt",
    "Silva",
    "Smit",
    "Virtanen",
    "Weber",
    "Yılmaz",
];
const STREETS: &[&str] = &[
    "Birch Lane",
    "Mill Road",
    "Station Street",
    "Harbour Row",
    "Church Walk",
    "Orchard Way",
    "Bridge Street",
    "Park Side",
];
/// Town, postal code and country.
const TOWNS: &[(&str, &str, &str)] = &[
    ("Aarhus", "8000", "DK"),
    ("Antwerpen", "2000", "BE"),
    ("Berlin", "10115", "DE"),
    ("Bologna", "40121", "IT"),
    ("Graz", "8010", "AT"),
    ("Hamburg", "20095", "DE"),
    ("Kraków", "30-001", "PL"),
    ("Lyon", "69001", "FR"),
    ("Malmö", "211 19", "SE"),
    ("Porto", "4000-001", "PT"),
    ("Utrecht", "3511 AA", "NL"),
    ("Valencia", "46001", "ES"),
];

/// The customer who is known to the visits by this name, or one who is known to nobody, and where they live.
pub(super) fn customer(user: &str) -> (Customer, Address) {
    let seed = user.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut random = Random::new(seed);
    let mut one = |of: usize| usize::try_from(random.below(of as u64)).unwrap_or(0);
    let name = format!("{} {}", FIRST_NAMES[one(FIRST_NAMES.len())], LAST_NAMES[one(LAST_NAMES.len())]);
    let (city, postal_code, country) = TOWNS[one(TOWNS.len())];
    let line1 = format!("{} {}", STREETS[one(STREETS.len())], 1 + one(90));
    let address = Address {
        name: name.clone(),
        company: None,
        line1,
        line2: None,
        city: city.to_owned(),
        region: None,
        postal_code: Some(postal_code.to_owned()),
        country: country.to_owned(),
    };
    let customer = Customer {
        name: Some(name),
        email: Some(format!("{user}@customers.example")),
        ..Customer::default()
    };
    (customer, address)
}

#[cfg(test)]
mod tests {
    use super::customer;

    #[test]
    fn one_person_is_the_same_each_time() {
        assert_eq!(customer("customer-7"), customer("customer-7"));
        let all: std::collections::BTreeSet<String> =
            (0..200).filter_map(|person| customer(&format!("customer-{person}")).0.name).collect();
        assert!(all.len() > 100, "{}", all.len());
    }
}
