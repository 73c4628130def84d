//! An order as the shop sees it, with where it goes and what whoever runs the shop notes of it.

use serde::Serialize;

use super::details::{Address, Addresses};
use super::order::Order;
use super::view::{Audience, OrderView};

/// An order with all that is said of it, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    order: OrderView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_note: Option<String>,
}

impl<'a> Whole<'a> {
    pub(super) fn new(
        order: &'a Order,
        (shipping_address, billing_address): Addresses,
        staff_note: Option<String>,
    ) -> Self {
        Self { order: order.view(Audience::Shop), shipping_address, billing_address, staff_note }
    }
}
