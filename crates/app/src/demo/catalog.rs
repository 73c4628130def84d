//! What the demo sells: a table of products, made once, with stock. The traffic's products are among them.

use std::sync::Arc;

use anyhow::Context;
use kassa_commerce::Shop;
use kassa_commerce::catalog::listing::store::is_empty;
use kassa_commerce::catalog::store::{by_ids, by_skus};
use kassa_commerce::catalog::{self, NewProduct};
use kassa_commerce::inventory::{self, LedgerKind, Movement};
use kassa_db::Tx;
use kassa_model::{Currency, Money, Timestamp};

/// SKU, name, price in cents; below a category and how many of each come into stock.
type Row = (&'static str, &'static str, i64);

/// The first product: a download, so that there is one without stock.
const GAME: (&str, &str, i64, &str) = ("starfall-odyssey", "Starfall Odyssey", 5_999, "2025-02-25");

const SHELVES: &[(&str, i64, &[Row])] = &[
    (
        "Consoles",
        120,
        &[
            ("ps5", "PlayStation 5", 49_999),
            ("xbox", "Xbox Series X", 49_999),
            ("switch", "Nintendo Switch", 29_999),
            ("controller-white", "Controller, white", 6_499),
            ("controller-black", "Controller, black", 6_499),
            ("headset", "Headset", 9_900),
            ("charging-dock", "Charging Dock", 2_900),
        ],
    ),
    (
        "Computers",
        60,
        &[
            ("laptop", "Laptop 14\"", 119_900),
            ("monitor", "Monitor 27\"", 32_900),
            ("keyboard", "Mechanical Keyboard", 12_900),
            ("mouse", "Quiet Mouse", 4_900),
            ("webcam", "Webcam", 7_900),
            ("usb-hub", "USB Hub", 3_900),
            ("laptop-stand", "Laptop Stand", 5_400),
            ("ssd-1tb", "Portable SSD, 1 TB", 10_900),
            ("microphone", "Desk Microphone", 11_900),
        ],
    ),
    (
        "Kitchen",
        1_500,
        &[
            ("stoneware-mug", "Stoneware Mug", 1_800),
            ("gooseneck-kettle", "Gooseneck Kettle", 6_400),
            ("walnut-board", "Walnut Board", 4_200),
            ("espresso-cups", "Espresso Cups, two", 2_400),
            ("pour-over", "Pour-over Dripper", 2_900),
            ("coffee-grinder", "Hand Grinder", 8_400),
            ("chef-knife", "Chef's Knife", 7_800),
            ("bread-knife", "Bread Knife", 5_200),
            ("cast-iron-pan", "Cast Iron Pan", 5_900),
            ("linen-apron", "Linen Apron", 3_800),
            ("glass-jars", "Glass Jars, three", 2_100),
            ("salad-bowl", "Salad Bowl", 4_600),
            ("tea-pot", "Tea Pot", 4_400),
        ],
    ),
    (
        "Desk",
        1_500,
        &[
            ("field-notebook", "Field Notebook", 1_200),
            ("brass-pen", "Brass Pen", 3_400),
            ("desk-lamp", "Desk Lamp", 8_900),
            ("desk-mat", "Desk Mat", 3_900),
            ("pencil-set", "Pencils, twelve", 1_400),
            ("paper-tray", "Paper Tray", 3_100),
            ("book-ends", "Book Ends", 2_900),
            ("ruler", "Steel Ruler", 900),
            ("scissors", "Paper Scissors", 1_900),
            ("cable-box", "Cable Box", 2_700),
        ],
    ),
    (
        "Home",
        1_500,
        &[
            ("potted-fern", "Potted Fern", 2_600),
            ("soy-candle", "Soy Candle", 2_200),
            ("wall-clock", "Wall Clock", 5_800),
            ("wool-blanket", "Wool Blanket", 8_900),
            ("linen-pillow", "Linen Pillow", 3_600),
            ("doormat", "Doormat", 2_900),
            ("watering-can", "Watering Can", 3_200),
            ("picture-frame", "Picture Frame", 2_400),
            ("floor-lamp", "Floor Lamp", 14_900),
            ("storage-basket", "Storage Basket", 3_300),
        ],
    ),
    (
        "Carry",
        1_500,
        &[
            ("linen-tote", "Linen Tote", 2_800),
            ("everyday-pack", "Everyday Pack", 9_600),
            ("wool-beanie", "Wool Beanie", 3_200),
            ("key-loop", "Key Loop", 1_100),
            ("card-wallet", "Card Wallet", 3_900),
            ("water-bottle", "Water Bottle", 2_600),
            ("umbrella", "Umbrella", 4_500),
            ("rain-jacket", "Rain Jacket", 12_900),
            ("wool-socks", "Wool Socks", 1_600),
            ("travel-pouch", "Travel Pouch", 2_300),
        ],
    ),
];

/// Fills an empty catalogue, and its stock; a catalogue of other products is left as it is. Doing it again changes
/// nothing, so that what a crash cut short is finished by the next start.
///
/// # Errors
/// The databases'.
pub(super) async fn fill(shop: &Arc<Shop>, now: Timestamp) -> anyhow::Result<()> {
    let catalog = shop.catalog.clone().context("the catalogue is in another process")?;
    let inventory = shop.inventory.clone().context("stock is in another process")?;
    let currency = shop.options.currency;
    let ours =
        catalog.write(move |tx| make(tx, currency, now)).await.context("cannot fill the demo's catalogue")?;
    if ours {
        let low_stock_at = shop.options.low_stock_at;
        let deliver = move |tx: &mut Tx<'_>| deliver(tx, low_stock_at, now);
        inventory.write(deliver).await.context("cannot fill the demo's stock")?;
    }
    Ok(())
}

/// A delivery of each product of the demo that has run low, at most one a day: its reference says which day's.
///
/// # Errors
/// The database's.
pub(super) async fn restock(shop: &Arc<Shop>, now: Timestamp) -> anyhow::Result<()> {
    let inventory = shop.inventory.clone().context("stock is in another process")?;
    inventory.write(move |tx| restock_in(tx, now)).await.context("cannot fill the demo's stock up")
}

fn restock_in(tx: &mut Tx<'_>, now: Timestamp) -> anyhow::Result<()> {
    for (_, quantity, rows) in SHELVES {
        let skus: Vec<&str> = rows.iter().map(|row| row.0).collect();
        for stock in inventory::store::by_skus(tx, &skus)?.iter().filter(|stock| stock.is_low()) {
            let movement = Movement {
                reference: format!("demo/{}/{}", stock.sku, now.day()),
                sku: stock.sku.clone(),
                kind: LedgerKind::Receive,
                quantity: *quantity,
                reason: Some("the demo's next delivery".to_owned()),
            };
            inventory::move_by_hand(tx, &movement, now)?;
        }
    }
    Ok(())
}

/// Whose products there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The demo's, and what was added to them.
    Demo,
    /// Somebody's own.
    Owner,
    /// There are none.
    Nobody,
}

/// Tells by its first product, archived or not, whose the catalogue is.
///
/// # Errors
/// The database's.
pub(super) async fn whose(shop: &Arc<Shop>) -> anyhow::Result<Whose> {
    let catalog = shop.catalog.clone().context("the catalogue is in another process")?;
    catalog.read(whose_in).await.context("cannot read the catalogue")
}

fn whose_in(tx: &mut Tx<'_>) -> anyhow::Result<Whose> {
    if !by_skus(tx, &[GAME.0])?.is_empty() {
        return Ok(Whose::Demo);
    }
    // Whoever has archived all products still has the first.
    let some = !is_empty(tx)? || !by_ids(tx, &[1])?.is_empty();
    Ok(if some { Whose::Owner } else { Whose::Nobody })
}

/// Makes the products of an empty catalogue; whether it is the demo's.
fn make(tx: &mut Tx<'_>, currency: Currency, now: Timestamp) -> anyhow::Result<bool> {
    match whose_in(tx)? {
        Whose::Nobody => {}
        known => return Ok(known == Whose::Demo),
    }
    let (sku, name, amount_minor, released) = GAME;
    let game = NewProduct {
        sku: Some(sku.to_owned()),
        category: Some("Games".to_owned()),
        release_date: Some(released.to_owned()),
        ..NewProduct::plain(name, Money { amount_minor, currency })
    };
    catalog::create(tx, &game, now)?;
    for (category, _, rows) in SHELVES {
        for (sku, name, amount_minor) in *rows {
            let product = NewProduct {
                sku: Some((*sku).to_owned()),
                category: Some((*category).to_owned()),
                track_stock: true,
                ..NewProduct::plain(*name, Money { amount_minor: *amount_minor, currency })
            };
            catalog::create(tx, &product, now)?;
        }
    }
    Ok(true)
}

/// The first delivery, once: its references say so.
fn deliver(tx: &mut Tx<'_>, low_stock_at: i64, now: Timestamp) -> anyhow::Result<()> {
    for (_, quantity, rows) in SHELVES {
        for (sku, ..) in *rows {
            inventory::open(tx, sku, low_stock_at, now)?;
            let movement = Movement {
                reference: format!("demo/{sku}"),
                sku: (*sku).to_owned(),
                kind: LedgerKind::Receive,
                quantity: *quantity,
                reason: Some("the demo's first delivery".to_owned()),
            };
            inventory::move_by_hand(tx, &movement, now)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sells_sixty_products_each_once_and_those_of_the_traffic() {
        let skus: Vec<&str> = SHELVES.iter().flat_map(|(_, _, rows)| rows.iter().map(|row| row.0)).collect();
        let known: BTreeSet<&str> = skus.iter().copied().collect();
        assert_eq!(known.len(), skus.len());
        assert!(known.len() + 1 >= 60, "{}", known.len() + 1);
        for sku in ["ps5", "xbox", "switch", "laptop", "monitor"] {
            assert!(known.contains(sku), "{sku}");
        }
        let priced: Vec<(&str, i64)> =
            SHELVES.iter().flat_map(|(_, _, rows)| rows.iter().map(|row| (row.0, row.2))).collect();
        for (sku, cents) in super::super::traffic::products() {
            assert!(
                priced.contains(&(sku, i64::try_from(cents).unwrap())),
                "{sku} has another price in the catalogue"
            );
        }
    }
}
