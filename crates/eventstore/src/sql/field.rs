//! Fields as SQL expressions: of the event (`e`), of its visit (`v`), or of a visit alone.

use kassa_model::PATH_SENT;

use super::Binder;
use crate::query::Field;

/// The column that an event's own field lies in; none for a property and for a visit's field.
pub(super) fn event_column(field: &Field) -> Option<&'static str> {
    Some(match field {
        Field::Name => "name",
        Field::NameSent => "name_sent",
        Field::Page => "path",
        Field::Hostname => "host",
        Field::Device => "device",
        Field::Browser => "browser",
        Field::Os => "os",
        Field::Country => "country",
        _ => return None,
    })
}

/// A field that is taken from the page views of the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VisitColumn {
    /// Its name in the visits.
    pub(super) name: &'static str,
    /// The event column that it is taken from.
    pub(super) column: &'static str,
    /// Taken from the last page view, not from the first.
    pub(super) last: bool,
}

/// What a visit's field is taken from; none for an event's own field.
pub(super) fn visit_column(field: &Field) -> Option<VisitColumn> {
    let (name, column) = match field {
        Field::EntryPage => ("entry_page", "path"),
        Field::ExitPage => ("exit_page", "path"),
        Field::Source => ("entry_source", "source"),
        Field::Referrer => ("entry_referrer", "referrer"),
        Field::UtmSource => ("entry_utm_source", "utm_source"),
        Field::UtmMedium => ("entry_utm_medium", "utm_medium"),
        Field::UtmCampaign => ("entry_utm_campaign", "utm_campaign"),
        Field::UtmTerm => ("entry_utm_term", "utm_term"),
        Field::UtmContent => ("entry_utm_content", "utm_content"),
        _ => return None,
    };
    Some(VisitColumn { name, column, last: *field == Field::ExitPage })
}

/// A field of the event `e`, whose visit is `v`.
pub(super) fn of_event(field: &Field, binder: &mut Binder) -> String {
    if let Some(visit) = visit_column(field) {
        return format!("v.{}", visit.name);
    }
    match (event_column(field), field) {
        (Some(column), _) => format!("e.{column}"),
        (None, Field::PageSent) => path_sent("e."),
        (None, Field::Prop(key)) => {
            format!("json_extract_string(e.props, {})", binder.text(&pointer(key)))
        }
        (None, _) => "NULL".to_owned(),
    }
}

/// Whether a field of single events is that of the visit's first event where money is concerned.
pub(super) fn is_of_agent(field: &Field) -> bool {
    matches!(field, Field::Device | Field::Browser | Field::Os | Field::Country)
}

/// A field of the money record `e`, whose visit is `v` and whose line is `i`.
pub(super) fn of_money(field: &Field, binder: &mut Binder) -> String {
    let column = match field {
        Field::Sku => "i.sku",
        Field::ProductName => "i.name",
        Field::ProductCategory => "i.category",
        Field::Currency => "e.currency",
        Field::OrderStatus => "e.order_status",
        agent if is_of_agent(agent) => return of_visit(agent),
        _ => return of_event(field, binder),
    };
    column.to_owned()
}

/// A field of the visit `v` by which bounce rate and duration are grouped: a page is its entry page, an agent that of
/// its first event.
pub(super) fn of_visit(field: &Field) -> String {
    let asked = if *field == Field::Page { &Field::EntryPage } else { field };
    match (visit_column(asked), event_column(asked)) {
        (Some(visit), _) => format!("v.{}", visit.name),
        (None, Some(column)) => format!("v.first_{column}"),
        (None, None) => "NULL".to_owned(),
    }
}

/// The path as it was sent: the property that has it, which few events have, else the column. `table` goes before columns.
pub(super) fn path_sent(table: &str) -> String {
    format!(
        "coalesce(CASE WHEN contains({table}props, '\"{PATH_SENT}\":') \
         THEN json_extract_string({table}props, '/{PATH_SENT}') END, {table}path)"
    )
}

/// The JSON pointer (RFC 6901) to a top-level key, taken literally.
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
