//! Which panel of the dashboard a question belongs to, so that a share link shows its panels and nothing else. Filters count as
//! dimensions do: who may filter by a field can find out what it has.

use kassa_access::Share;
use kassa_eventstore::Error;
use kassa_eventstore::query::{Field, Filter, Metric, Query};

/// Refuses a query that asks for more than `share` shows.
///
/// # Errors
/// [`Error::Invalid`] names the panel.
pub(super) fn check(share: &Share, query: &Query) -> Result<(), Error> {
    for field in query.fields() {
        require_field(share, field)?;
    }
    let by_product = query.is_by_line() && share.shows("products");
    for metric in &query.metrics {
        let of_money = metric.is_of_money() || *metric == Metric::ConversionRate;
        if of_money && !by_product {
            require(share, "revenue")?;
        }
    }
    Ok(())
}

/// The same of a question that follows visitors; its steps may be of any page and event, whatever panels there are.
///
/// # Errors
/// As [`check`].
pub(super) fn check_filters<'a>(
    share: &Share,
    filters: impl Iterator<Item = &'a Filter>,
    steps: &[&'a Filter],
) -> Result<(), Error> {
    let mut fields: Vec<&Field> = Vec::new();
    filters.for_each(|filter| filter.each_field(&mut |field| fields.push(field)));
    for step in steps {
        step.each_field(&mut |field| {
            if !matches!(field, Field::Name | Field::Page) {
                fields.push(field);
            }
        });
    }
    fields.into_iter().try_for_each(|field| require_field(share, field))
}

/// Refuses what is not of `panel`'s links.
///
/// # Errors
/// [`Error::Invalid`] names it.
pub(super) fn require(share: &Share, panel: &str) -> Result<(), Error> {
    match share.shows(panel) {
        true => Ok(()),
        false => Err(Error::Invalid(format!("this link does not show the panel {panel}"))),
    }
}

fn require_field(share: &Share, field: &Field) -> Result<(), Error> {
    match panel_of(field) {
        Some(panel) => require(share, panel),
        None => Err(Error::Invalid("a share link does not show single visits".to_owned())),
    }
}

/// None for what no link shows.
fn panel_of(field: &Field) -> Option<&'static str> {
    Some(match field {
        Field::Name | Field::NameSent | Field::Prop(_) => "events",
        Field::Page
        | Field::PageSent
        | Field::Hostname
        | Field::EntryPage
        | Field::EntryHost
        | Field::ExitPage => "pages",
        Field::Source
        | Field::Channel
        | Field::Referrer
        | Field::UtmSource
        | Field::UtmMedium
        | Field::UtmCampaign
        | Field::UtmTerm
        | Field::UtmContent => "sources",
        Field::Country => "places",
        // A link shows one site.
        Field::Site => "overview",
        // Which one it was.
        Field::Visit => return None,
        Field::Device | Field::Browser | Field::Os => "devices",
        Field::ItemSku | Field::Sku | Field::ProductName | Field::ProductCategory => "products",
        Field::Currency | Field::OrderStatus | Field::CustomerType => "revenue",
    })
}
