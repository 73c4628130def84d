//! An order of before as a line of a file.
//!
//! ```json
//! {"id":"0190…","reference":"shopify:#1001","currency":"EUR","customer":{"name":"Ann","email":"ann@shop.test"},
//!  "shipping_address":{"name":"Ann","line1":"High Street 1","city":"Leeds","country":"GB"},"note":"Ring twice","owed":true,
//!  "history":[
//!   {"kind":"confirmed","at":"2024-05-01T10:00:00Z","lines":[{"sku":"mug","name":"Mug","quantity":2,"unit_price_minor":1250}]},
//!   {"kind":"paid","at":"2024-05-01T10:05:00Z","reference":"card 4711"},
//!   {"kind":"fulfilled","at":"2024-05-02T09:00:00Z","carrier":"DHL","tracking_number":"4711"},
//!   {"kind":"refunded","at":"2024-05-09T09:00:00Z","amount_minor":500}]}
//! ```
//! Steps: `accepted`, `confirmed`, `edited` (with all `lines`), `paid`, `fulfilled` (`lines` or what is left), `packed`, `shipped`,
//! `delivered`, `unpacked` (of the parcel `number`), `refunded` (`lines` or `amount_minor`), `cancelled`. The first is one of the first
//! two. Without an `id` one follows from the reference, without both from the file and the line.

use kassa_model::{Currency, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::details::{Address, Details, Source};
use super::details_body::AddressBody;
use super::fulfil::FulfilAsk;
use super::fulfilments::ask::{PackAsk, StageAsk, tracking};
use super::fulfilments::fulfilment::Tracking;
use super::fulfilments::status::Stage;
use super::history::Step;
use super::lines::{Basket, ITEMS_MAX, Item};
use super::order::{Customer, Line, Order, Status};
use super::payments::ask::PayAsk;
use super::payments::status::PaymentStatus;
use super::refund::{RefundAsk, RefundLine};
use super::request::check_customer;
use super::said::{lines, short, trimmed};
use crate::number::{integer, integer_or_none};
use crate::object::{object_or_default, object_or_none, objects, objects_or_none};
use crate::visit::Context;

/// Whose references orders of before have.
pub(crate) const SCOPE: &str = "import";
/// Bytes of a reference.
const REFERENCE_BYTES_MAX: usize = 200;
/// Characters of a note.
const NOTE_CHARS_MAX: usize = 2_000;
/// Characters of a name of a product, and of its category.
const NAME_CHARS_MAX: usize = 255;
/// Bytes of a SKU.
const SKU_BYTES_MAX: usize = 200;
/// Steps of an order.
const STEPS_MAX: usize = 1_000;
/// Units of a line.
const QUANTITY_MAX: i64 = 1_000_000_000;

/// An order of before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryBody {
    pub(super) id: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) currency: Currency,
    #[serde(default, deserialize_with = "object_or_default")]
    pub(super) customer: Customer,
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) shipping_address: Option<AddressBody>,
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) billing_address: Option<AddressBody>,
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) marketing_consent: bool,
    pub(super) source: Option<String>,
    /// Whether somebody says when it is paid.
    #[serde(default)]
    pub(super) owed: bool,
    /// The visit, as kassa has written it.
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) context: Option<Context>,
    #[serde(deserialize_with = "objects")]
    pub(super) history: Vec<StepBody>,
}

/// Something that happened to it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    pub(super) kind: String,
    pub(super) at: String,
    #[serde(default, deserialize_with = "objects_or_none", skip_serializing_if = "Option::is_none")]
    pub(super) lines: Option<Vec<LineBody>>,
    #[serde(default, deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    pub(super) amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tracking_url: Option<String>,
}

/// Units of a product.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineBody {
    pub(super) sku: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) variant_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) category: Option<String>,
    #[serde(deserialize_with = "integer")]
    pub(super) quantity: i64,
    #[serde(default, deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    pub(super) unit_price_minor: Option<i64>,
}

/// An order of before, checked: as it was when it was placed, and what happened then.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) order: Order,
    pub(crate) details: Details,
    pub(crate) steps: Vec<(Step, Timestamp)>,
}

/// Where a line is, for the id of an order that has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) site: &'a str,
    pub(crate) batch: &'a str,
    pub(crate) line: i64,
}

impl HistoryBody {
    /// What it says, or why it cannot be.
    pub(crate) fn check(self, place: Place<'_>) -> Result<Told, String> {
        let Some((first, rest)) = self.history.split_first() else {
            return Err("history is empty: it begins with accepted or confirmed".to_owned());
        };
        if rest.len() >= STEPS_MAX {
            return Err(format!("history has at most {STEPS_MAX} steps"));
        }
        let status = match first.kind.as_str() {
            "confirmed" => Status::Confirmed,
            "accepted" => Status::Accepted,
            other => return Err(format!("history begins with accepted or confirmed, not {other}")),
        };
        let placed_at = first.time()?;
        let basket = first.basket(self.currency)?;
        let reference = said(trimmed("reference", self.reference, REFERENCE_BYTES_MAX))?;
        let id = match &self.id {
            Some(id) => Uuid::try_parse(id).map_err(|_| format!("id {id:?} is no UUID"))?,
            None => id_of(placed_at, reference.as_deref(), place),
        };
        let owed = self.owed || self.history.iter().any(|step| step.kind == "paid");
        let customer = said(check_customer(self.customer))?;
        let details = Details {
            shipping_address: address("shipping_address", self.shipping_address)?,
            billing_address: address("billing_address", self.billing_address)?,
            note: said(lines("note", self.note, NOTE_CHARS_MAX))?,
            marketing_consent: self.marketing_consent,
            expected_total: None,
        };
        let context = Context { site: place.site.to_owned(), ..self.context.unwrap_or_default() };
        let order = Order {
            number: 0,
            id: id.as_hyphenated().to_string(),
            status,
            revision: 1,
            last_seq: 1,
            currency: self.currency,
            total_minor: basket.total_minor(),
            refunded_minor: 0,
            payment_status: owed.then_some(PaymentStatus::Unpaid),
            customer,
            customer_id: None,
            marketing_consent: self.marketing_consent,
            note: details.note.clone(),
            source: Some(self.source.map_or(Ok(Source::Import), |name| name.parse()).map_err(shown)?),
            scope: SCOPE.to_owned(),
            client_reference: reference,
            context: Context { received_at: placed_at, ..context },
            fail_reason: None,
            pending_edit: None,
            stock_kept: false,
            created_at: placed_at,
            updated_at: placed_at,
            lines: basket.lines().to_vec(),
        };
        let steps = rest.iter().map(|step| step.check(self.currency)).collect::<Result<_, _>>()?;
        Ok(Told { order: order.owing(), details, steps })
    }
}

/// An id of version 7 that is always the same: of the time when the order was placed, and of what names it.
fn id_of(placed_at: Timestamp, reference: Option<&str>, place: Place<'_>) -> Uuid {
    let name = match reference {
        Some(reference) => format!("{}\n{reference}", place.site),
        None => format!("{}\n{}/{}", place.site, place.batch, place.line),
    };
    let hash = Sha256::digest(name.as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    let millis = u64::try_from(placed_at.micros() / 1_000).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

impl StepBody {
    fn time(&self) -> Result<Timestamp, String> {
        let shown: String = self.at.chars().take(64).collect();
        let at: Timestamp = self.at.parse().map_err(|_| format!("at {shown:?} is no RFC 3339 time"))?;
        match at >= Timestamp::EARLIEST {
            true => Ok(at),
            false => Err(format!("at {shown} is before 2000")),
        }
    }

    fn check(&self, currency: Currency) -> Result<(Step, Timestamp), String> {
        let step = match self.kind.as_str() {
            "confirmed" => Step::Confirm,
            "edited" => Step::Edit(self.basket(currency)?),
            "paid" => Step::Pay(self.payment()?),
            "fulfilled" => match self.tracking()? {
                nothing if nothing == Tracking::default() => Step::Fulfil(self.units()?),
                tracking => Step::Pack(PackAsk { what: self.units()?, status: Stage::Shipped, tracking }),
            },
            "packed" => {
                let (what, tracking) = (self.units()?, self.tracking()?);
                Step::Pack(PackAsk { what, status: Stage::Packed, tracking })
            }
            "shipped" => self.brought(Stage::Shipped)?,
            "delivered" => self.brought(Stage::Delivered)?,
            "unpacked" => self.brought(Stage::Cancelled)?,
            "refunded" => Step::Refund(self.refund()?),
            "cancelled" => Step::Cancel,
            other => {
                let other: String = other.chars().take(32).collect();
                return Err(format!("history: no step is {other:?}"));
            }
        };
        Ok((step, self.time()?))
    }

    fn brought(&self, to: Stage) -> Result<Step, String> {
        let number = self.number.ok_or_else(|| format!("{}: number is missing", self.kind))?;
        Ok(Step::Bring(StageAsk { number, to, tracking: self.tracking()? }))
    }

    fn tracking(&self) -> Result<Tracking, String> {
        let (carrier, number) = (self.carrier.clone(), self.tracking_number.clone());
        said(tracking(carrier, number, self.tracking_url.clone()))
    }

    fn payment(&self) -> Result<PayAsk, String> {
        let reference = said(trimmed("reference", self.reference.clone(), REFERENCE_BYTES_MAX))?;
        Ok(PayAsk { reference: reference.unwrap_or_else(|| "import".to_owned()), amount: None })
    }

    fn refund(&self) -> Result<RefundAsk, String> {
        match (&self.lines, self.amount_minor) {
            (Some(lines), None) => {
                let line = |line: &LineBody| RefundLine {
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    restock: false,
                };
                Ok(RefundAsk::Lines(lines.iter().map(line).collect()))
            }
            (None, Some(amount)) => Ok(RefundAsk::Amount(amount)),
            _ => Err("refunded: either lines or amount_minor".to_owned()),
        }
    }

    fn units(&self) -> Result<FulfilAsk, String> {
        let Some(lines) = &self.lines else { return Ok(FulfilAsk::Rest) };
        Ok(FulfilAsk::Lines(
            lines.iter().map(|line| Item { sku: line.sku.clone(), quantity: line.quantity }).collect(),
        ))
    }

    /// The lines of the order, each SKU once.
    fn basket(&self, currency: Currency) -> Result<Basket, String> {
        let given = self.lines.as_deref().unwrap_or_default();
        if given.len() > ITEMS_MAX {
            return Err(format!("{}: at most {ITEMS_MAX} lines", self.kind));
        }
        let mut lines: Vec<Line> = Vec::with_capacity(given.len());
        for line in given.iter().map(LineBody::check) {
            let line = line?;
            match lines.iter_mut().find(|known| known.sku == line.sku) {
                Some(known) if known.unit_price_minor == line.unit_price_minor => {
                    known.quantity += line.quantity
                }
                Some(_) => {
                    return Err(format!("{}: {} stands there twice with two prices", self.kind, line.sku));
                }
                None => lines.push(line),
            }
        }
        Basket::new(lines, currency).map_err(shown)
    }
}

impl LineBody {
    fn check(&self) -> Result<Line, String> {
        let sku = said(trimmed("sku", Some(self.sku.clone()), SKU_BYTES_MAX))?.ok_or("a line has no sku")?;
        let text = |name: &str, text: &Option<String>| said(short(name, text.clone(), NAME_CHARS_MAX));
        let unit_price_minor =
            self.unit_price_minor.ok_or_else(|| format!("{sku}: unit_price_minor is missing"))?;
        if unit_price_minor < 0 {
            return Err(format!("{sku}: unit_price_minor is at least 0"));
        }
        if !(1..=QUANTITY_MAX).contains(&self.quantity) {
            return Err(format!("{sku}: quantity is from 1 to {QUANTITY_MAX}"));
        }
        Ok(Line {
            product_id: None,
            name: text("name", &self.name)?.unwrap_or_else(|| sku.clone()),
            sku,
            variant_title: text("variant_title", &self.variant_title)?,
            category: text("category", &self.category)?,
            unit_price_minor,
            quantity: self.quantity,
            // It took its stock where it was placed.
            tracked: false,
            refunded_quantity: 0,
            refunded_minor: 0,
            restocked_quantity: 0,
            fulfilled_quantity: 0,
        })
    }
}

fn address(field: &str, body: Option<AddressBody>) -> Result<Option<Address>, String> {
    said(body.map(|body| body.check(field)).transpose())
}

/// What is wrong, in the words of a request's answer.
fn said<T>(checked: Result<T, kassa_service::Problem>) -> Result<T, String> {
    checked.map_err(|problem| problem.detail_text().to_owned())
}

fn shown(error: impl ToString) -> String {
    error.to_string()
}
