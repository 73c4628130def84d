//! Ids of the shop's records. They begin with `order:`, which is the shop's alone: an event of a client with such an id would
//! make the shop's own record a duplicate, and suppress its revenue.
//!
//! ```text
//! the shop's money         order:<order id>:<number of the change>
//! its stock                order:<out or back>:<command>:<SKU>
//! a client's order:7       is kept as client:order:7
//! a client's client:order:7  is kept as client:client:order:7
//! ```

/// How the ids of the shop's records begin.
pub const MONEY_IDS: &str = "order:";

/// What is put before a client's id that would begin like the shop's.
const CLIENT: &str = "client:";

/// The id of the money record of an order's change number `seq`. Never the order's id alone: a second refund is no
/// duplicate of the first.
pub fn money_id(order_id: &str, seq: i64) -> String {
    format!("{MONEY_IDS}{order_id}:{seq}")
}

/// The id of another record of the shop, which it names so.
pub fn record_id(name: &str) -> String {
    format!("{MONEY_IDS}{name}")
}

/// The id under which a client's event is kept.
pub fn id_of_client(mut id: String) -> String {
    if is_like_money(&id) {
        id.insert_str(0, CLIENT);
    }
    id
}

/// The id as the client sent it: the inverse of [`id_of_client`].
pub fn id_as_sent(id: &str) -> &str {
    match id.strip_prefix(CLIENT) {
        Some(sent) if is_like_money(sent) => sent,
        _ => id,
    }
}

/// Whether it begins with the shop's prefix, after any number of `client:`.
fn is_like_money(id: &str) -> bool {
    let mut rest = id;
    while let Some(shorter) = rest.strip_prefix(CLIENT) {
        rest = shorter;
    }
    rest.starts_with(MONEY_IDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_of_a_client_is_the_shops_and_all_come_back() {
        let check = |sent: &str, kept: &str| {
            assert_eq!(id_of_client(sent.to_owned()), kept);
            assert_eq!(id_as_sent(kept), sent);
            assert!(!kept.starts_with(MONEY_IDS));
        };
        check("m-1", "m-1");
        check("", "");
        check("orders:1", "orders:1");
        check("Order:1", "Order:1");
        check("client:1", "client:1");
        check("client:client:1", "client:client:1");
        check("order:", "client:order:");
        check(&money_id("0190", 2), "client:order:0190:2");
        check("client:order:0190:2", "client:client:order:0190:2");
        check("client:client:order:1", "client:client:client:order:1");
    }
}
