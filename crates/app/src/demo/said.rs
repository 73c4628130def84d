//! What the demo's shop says of itself, where its owner has said nothing in `shop.toml`.

use kassa_commerce::storefront::settings::Settings;

/// Name, claim, colour and texts.
pub(crate) fn said() -> Settings {
    let text = |text: &str| Some(text.to_owned());
    Settings {
        name: text("Corner Goods"),
        claim: text("Things made to be used"),
        colour: text("#8a3b12"),
        imprint: text(
            "Corner Goods is the shop of kassa's demo.\nNothing in it is for sale, and nobody lives in Corner Street 1.",
        ),
        terms: text(
            "An order in this demo costs nothing and brings nothing.\n\nWho wants to sell with kassa starts it without --demo.",
        ),
        ..Settings::default()
    }
}
