//! What happens to orders, by the names that the world knows.

/// What happened to an order; the names of the public events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ChangeKind {
    /// Durable, not decided.
    Accepted,
    /// Stock deducted.
    Confirmed,
    /// Refused.
    Failed,
    /// Other lines.
    Edited,
    /// Given up.
    Cancelled,
    /// Handed over, a part or all of it.
    Fulfilled,
    /// Money back, a part or all of it.
    Refunded,
    /// Money came.
    Paid,
    /// A parcel is on its way.
    Shipped,
    /// A parcel has arrived.
    Delivered,
    /// A parcel was taken back.
    Unpacked,
    /// Its customer or an address was put right.
    Amended,
    /// Whoever runs the shop noted something.
    Noted,
}

impl ChangeKind {
    /// All of them.
    pub(crate) const ALL: [Self; 13] = [
        Self::Accepted,
        Self::Confirmed,
        Self::Failed,
        Self::Edited,
        Self::Cancelled,
        Self::Fulfilled,
        Self::Refunded,
        Self::Paid,
        Self::Shipped,
        Self::Delivered,
        Self::Unpacked,
        Self::Amended,
        Self::Noted,
    ];

    /// The name of its public event.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "OrderAccepted",
            Self::Confirmed => "OrderConfirmed",
            Self::Failed => "OrderFailed",
            Self::Edited => "OrderEdited",
            Self::Cancelled => "OrderCancelled",
            Self::Fulfilled => "OrderFulfilled",
            Self::Refunded => "OrderRefunded",
            Self::Paid => "OrderPaid",
            Self::Shipped => "OrderShipped",
            Self::Delivered => "OrderDelivered",
            Self::Unpacked => "OrderFulfilmentCancelled",
            Self::Amended => "OrderAmended",
            Self::Noted => "OrderNoted",
        }
    }

    /// The one of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As one word, for people.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Edited => "edited",
            Self::Cancelled => "cancelled",
            Self::Fulfilled => "fulfilled",
            Self::Refunded => "refunded",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Unpacked => "unpacked",
            Self::Amended => "amended",
            Self::Noted => "noted",
        }
    }

    /// The name of its analytics record, in the words of Segment's e-commerce events; `None` where no money moves.
    pub(crate) const fn analytics_name(self) -> Option<&'static str> {
        match self {
            Self::Confirmed => Some("Order Completed"),
            Self::Edited => Some("Order Updated"),
            Self::Cancelled => Some("Order Cancelled"),
            Self::Refunded => Some("Order Refunded"),
            Self::Accepted
            | Self::Failed
            | Self::Fulfilled
            | Self::Paid
            | Self::Shipped
            | Self::Delivered
            | Self::Unpacked
            | Self::Amended
            | Self::Noted => None,
        }
    }
}
