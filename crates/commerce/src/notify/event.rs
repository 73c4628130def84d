//! A public event of the stream `orders`, as far as it decides who is told.

use kassa_model::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::catalog::notify::Email;

/// The event.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PublicEvent {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    occurred_at: String,
    /// Of what was brought from elsewhere: by which import.
    imported: Option<IgnoredAny>,
    pub(super) order: Option<OrderPart>,
    fulfilment: Option<FulfilmentPart>,
    pub(super) stock: Option<StockPart>,
}

/// The order that it is about.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct OrderPart {
    pub(super) id: String,
    customer: Option<CustomerPart>,
}

#[derive(Debug, Clone, Deserialize)]
struct CustomerPart {
    email: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct FulfilmentPart {
    status: String,
}

/// The stock that it is about.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct StockPart {
    pub(super) sku: String,
}

impl PublicEvent {
    /// Reads a record of the stream.
    ///
    /// # Errors
    /// It is none of this program's.
    pub(super) fn read(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }

    /// When it happened; long ago where that cannot be read.
    pub(super) fn occurred_at(&self) -> Timestamp {
        self.occurred_at.parse().unwrap_or_default()
    }

    /// Whether it is history that was brought from elsewhere.
    pub(super) fn is_imported(&self) -> bool {
        self.imported.is_some()
    }

    /// The address of the customer, where they gave one.
    pub(super) fn customer(&self) -> Option<Email> {
        let customer = self.order.as_ref()?.customer.as_ref()?;
        Email::parse(customer.email.as_deref()?).ok()
    }

    /// By which template its customer is told, if they are.
    pub(super) fn for_customer(&self) -> Option<&'static str> {
        let is_shipped = self.fulfilment.as_ref().is_some_and(|parcel| parcel.status == "shipped");
        match self.kind.as_str() {
            "OrderConfirmed" => Some("order-confirmed"),
            // Who was refused at once knows it from the answer.
            "OrderFailed" if !self.id.ends_with(":1") => Some("order-failed"),
            "OrderEdited" => Some("order-edited"),
            "OrderCancelled" => Some("order-cancelled"),
            "OrderFulfilled" | "OrderShipped" if is_shipped => Some("order-shipped"),
            "OrderRefunded" => Some("order-refunded"),
            _ => None,
        }
    }

    /// By which template whoever runs the shop is told, if they are.
    pub(super) fn for_staff(&self) -> Option<&'static str> {
        match self.kind.as_str() {
            "OrderConfirmed" => Some("staff-new-order"),
            "StockLow" => Some("staff-stock-low"),
            "StockOut" => Some("staff-stock-out"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_told_by_what() {
        let check = |id: &str, kind: &str, parcel: &str, customer: Option<&str>, staff: Option<&str>| {
            let mut event = json!({"id": id, "type": kind, "occurred_at": "2026-11-21T05:00:00Z",
                "order": {"id": "o", "customer": {"name": "Ann", "email": "a@b.test"}, "items": []}});
            if !parcel.is_empty() {
                event["fulfilment"] = json!({"status": parcel, "number": 1});
            }
            let event = PublicEvent::read(event.to_string().as_bytes()).unwrap();
            assert_eq!((event.for_customer(), event.for_staff()), (customer, staff), "{kind} {parcel}");
            assert_eq!(event.customer().unwrap().text, "a@b.test");
        };
        check("o:1", "OrderConfirmed", "", Some("order-confirmed"), Some("staff-new-order"));
        check("o:1", "OrderAccepted", "", None, None);
        check("o:1", "OrderFailed", "", None, None);
        check("o:2", "OrderFailed", "", Some("order-failed"), None);
        check("o:2", "OrderFulfilled", "packed", None, None);
        check("o:2", "OrderFulfilled", "shipped", Some("order-shipped"), None);
        check("o:3", "OrderShipped", "shipped", Some("order-shipped"), None);
        check("o:4", "OrderDelivered", "delivered", None, None);
        check("o:4", "OrderRefunded", "", Some("order-refunded"), None);
        check("o:4", "SomethingNew", "", None, None);
    }

    #[test]
    fn reads_what_there_is() {
        let read = |text: &str| PublicEvent::read(text.as_bytes());
        let low =
            read(r#"{"id":"low:1","type":"StockLow","occurred_at":"x","stock":{"sku":"mug","on_hand":1}}"#);
        let low = low.unwrap();
        assert_eq!((low.for_staff(), low.occurred_at()), (Some("staff-stock-low"), Timestamp::default()));
        assert_eq!(low.customer(), None);
        let imported = read(
            r#"{"id":"o:1","type":"OrderConfirmed","occurred_at":"","order":{"id":"o"},"imported":{"batch":"b"}}"#,
        );
        assert!(imported.unwrap().is_imported());
        for bad in ["", "{}", "[]", r#"{"id":1,"type":"x","occurred_at":""}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
