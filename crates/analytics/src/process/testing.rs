//! Things that several tests of the processor need.

use kassa_model::{Dialect, Event, Timestamp};

/// A plain page view of visitor 1 of site `s`, at the start of 2026.
pub(super) fn event(id: &str) -> Event {
    let time = Timestamp::from_micros(1_767_225_600_000_000);
    Event {
        id: id.to_owned(),
        site: "s".to_owned(),
        name: "page_view".to_owned(),
        name_sent: "page_view".to_owned(),
        occurred_at: time,
        received_at: time,
        visitor: Some(1),
        user: None,
        session: None,
        host: None,
        path: Some("/".to_owned()),
        title: None,
        referrer: None,
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        utm_term: None,
        utm_content: None,
        device: None,
        browser: None,
        os: None,
        country: None,
        bot: false,
        component: None,
        location_type: None,
        target: None,
        order: None,
        props: "{}".to_owned(),
        dialect: Dialect::Segment,
    }
}
