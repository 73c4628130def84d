//! Fields as SQL expressions: of the event (`e`), whose exit page is looked up (`x`), of a visit (`v`), or of money.

use kassa_model::PATH_SENT;

use super::channel::channel;
use super::dialect::Dialect;
use super::statement::Binder;
use crate::query::{CUSTOMER_TYPE, Field, NO_VISIT};

/// The column of the exit page, in visits and where it is looked up.
pub(super) const EXIT_PAGE: &str = "exit_page";

/// The column of the visit's own name in visits.
pub(super) const VISIT_NAME: &str = "visit_name";

/// The column of the channel in visits.
pub(super) const CHANNEL: &str = "visit_channel";

/// The column of a product that an event names, where it has a row for each.
const ITEM_SKU: &str = "item_sku";

/// The events as a table with a row for each product that one names.
pub(super) fn events_by_item(dialect: &dyn Dialect) -> String {
    format!("(SELECT *, {} AS {ITEM_SKU} FROM events)", dialect.each_text("item_skus"))
}

/// The column that an event's own field lies in; none for a property and for a visit's field.
fn event_column(field: &Field) -> Option<&'static str> {
    Some(match field {
        Field::Name => "name",
        Field::NameSent => "name_sent",
        Field::Page => "path",
        Field::Hostname => "host",
        _ => return None,
    })
}

/// The column in which every row of a visit has the field; none for the exit page and for an event's own field.
pub(super) fn visit_column(field: &Field) -> Option<&'static str> {
    Some(match field {
        Field::Site => "site",
        Field::EntryPage => "visit_entry_page",
        Field::EntryHost => "visit_host",
        Field::Source => "visit_source",
        Field::Referrer => "visit_referrer",
        Field::UtmSource => "visit_utm_source",
        Field::UtmMedium => "visit_utm_medium",
        Field::UtmCampaign => "visit_utm_campaign",
        Field::UtmTerm => "visit_utm_term",
        Field::UtmContent => "visit_utm_content",
        Field::Device => "visit_device",
        Field::Browser => "visit_browser",
        Field::Os => "visit_os",
        Field::Country => "visit_country",
        _ => return None,
    })
}

/// A field of the event `e`; its visit's exit page is in `x`.
pub(super) fn of_event(field: &Field, binder: &mut Binder) -> String {
    match (event_column(field).or_else(|| visit_column(field)), field) {
        (Some(column), _) => format!("e.{column}"),
        (None, Field::PageSent) => path_sent(binder.dialect, "e."),
        (None, Field::ExitPage) => format!("x.{EXIT_PAGE}"),
        (None, Field::ItemSku) => format!("e.{ITEM_SKU}"),
        (None, Field::Channel) => channel_of_row(binder.dialect),
        (None, Field::Visit) => visit_name(binder.dialect),
        (None, Field::Prop(key)) => {
            let key = binder.text(&binder.dialect.property_key(key));
            binder.dialect.property("e.", &key)
        }
        (None, _) => "NULL".to_owned(),
    }
}

/// A field of the money record `e`, whose visit is `v`, if it has one, and whose line is `i`.
pub(super) fn of_money(field: &Field, binder: &mut Binder) -> String {
    let column = match field {
        Field::Site => "e.site",
        Field::Sku | Field::ItemSku => "i.sku",
        Field::ProductName => "i.name",
        Field::ProductCategory => "i.category",
        Field::Currency => "e.currency",
        Field::OrderStatus => "e.order_status",
        Field::CustomerType => return of_event(&Field::Prop(CUSTOMER_TYPE.to_owned()), binder),
        Field::Source => {
            return format!("CASE WHEN v.session IS NULL THEN '{NO_VISIT}' ELSE v.visit_source END");
        }
        of_visit if of_visit.is_of_visits() => return self::of_visit(of_visit),
        _ => return of_event(field, binder),
    };
    column.to_owned()
}

/// A field of the visit `v`; a page is its entry page.
pub(super) fn of_visit(field: &Field) -> String {
    match field {
        Field::ExitPage => format!("v.{EXIT_PAGE}"),
        Field::Channel => format!("v.{CHANNEL}"),
        Field::Visit => format!("v.{VISIT_NAME}"),
        Field::Page => "v.visit_entry_page".to_owned(),
        _ => visit_column(field).map_or_else(|| "NULL".to_owned(), |column| format!("v.{column}")),
    }
}

/// The path as it was sent: the property that has it, which few events have, else the column. `table` goes before columns.
pub(super) fn path_sent(dialect: &dyn Dialect, table: &str) -> String {
    format!("coalesce({}, {table}path)", dialect.own_property(table, PATH_SENT))
}

/// The name of the visit of the row `e`; none where it is in none.
pub(super) fn visit_name(dialect: &dyn Dialect) -> String {
    let name = dialect.hex_digits(&[&dialect.micros("e.visit_started_at"), "e.session"]);
    format!("CASE WHEN e.session <> 0 AND e.visit_started_at IS NOT NULL THEN {name} END")
}

/// The channel of the visit of the row `e` beside the kind of its source; none before its first event with a page.
pub(super) fn channel_of_row(dialect: &dyn Dialect) -> String {
    format!("CASE WHEN e.visit_entry_page IS NOT NULL THEN {} END", channel(dialect))
}
