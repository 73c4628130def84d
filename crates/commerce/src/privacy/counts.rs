//! What there was to erase.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// In how many rows there was something to erase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Orders.
    pub orders: u64,
    /// Addresses of orders.
    pub addresses: u64,
    /// Parcels with a number to follow them by.
    pub parcels: u64,
    /// Customers.
    pub customers: u64,
    /// Waiting lists.
    pub waiting: u64,
    /// Mails to them, and what others were told of their orders.
    pub deliveries: u64,
    /// Outbox rows.
    pub outbox: u64,
    /// Stored answers.
    pub answers: u64,
    /// Open work, payments, clients' own names for orders and requests, what was asked about orders, and views that look for them.
    pub texts: u64,
    /// Events of the store.
    pub events: u64,
    /// Records of the log.
    pub records: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.addresses += other.addresses;
        self.parcels += other.parcels;
        self.customers += other.customers;
        self.waiting += other.waiting;
        self.deliveries += other.deliveries;
        self.outbox += other.outbox;
        self.answers += other.answers;
        self.texts += other.texts;
        self.events += other.events;
        self.records += other.records;
    }
}
