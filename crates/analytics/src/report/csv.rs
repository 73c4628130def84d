//! Events as CSV (RFC 4180): CRLF, a header, quotes where a text has a comma, a quote or a line break.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula, and event
//! texts come from strangers: such texts get a leading apostrophe, unless the raw texts are asked for.

use std::fmt::Write;

use kassa_eventstore::export::EventRef;
use kassa_model::VISIT_TEXTS;
use kassa_model::names_nobody;
use memchr::{memchr, memchr3};

/// Whether dangerous cells get an apostrophe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    /// As they are.
    Raw,
    /// Safe to open in a spreadsheet.
    Safe,
}

/// The first line.
pub(crate) const HEADER: &str = "id,site_id,name,name_sent,occurred_at,received_at,visitor,session,user,hostname,page,\
    title,referrer,source,utm_source,utm_medium,utm_campaign,utm_term,utm_content,device,browser,os,country,bot,\
    component,location_type,target,order_id,revenue_minor,currency,order_status,dialect,props,visit_started_at,\
    visit_entry_page,visit_hostname,visit_source,visit_referrer,visit_utm_source,visit_utm_medium,visit_utm_campaign,\
    visit_utm_term,visit_utm_content,visit_device,visit_browser,visit_os,visit_country\r\n";

/// Appends the line of `event`.
pub(crate) fn write_line(event: &EventRef<'_>, cells: Cells, out: &mut String) {
    let mut line = Line::begin(cells, out);
    for text in [event.id, event.site, event.name, event.name_sent] {
        line.text(text);
    }
    for time in [event.occurred_at, event.received_at] {
        line.shown(time);
    }
    for hash in [event.visitor, event.session] {
        match hash {
            Some(hash) => line.shown(format_args!("{hash:016x}")),
            None => line.plain(""),
        }
    }
    let user = event.user.filter(|user| !names_nobody(user));
    let [source, referrer, others @ ..] = event.origin;
    for text in [user, event.host, event.path, event.title, referrer, source].into_iter().chain(others) {
        line.text(text.unwrap_or(""));
    }
    line.plain(if event.bot { "true" } else { "false" });
    for text in [event.component, event.location_type, event.target] {
        line.text(text.unwrap_or(""));
    }
    match event.order {
        Some(order) => {
            line.text(order.order_id);
            line.shown(order.revenue_minor);
            line.text(order.currency);
            line.text(order.status);
        }
        None => ["", "", "", ""].into_iter().for_each(|nothing| line.plain(nothing)),
    }
    line.plain(event.dialect);
    line.text(event.props);
    match event.visit {
        Some((began, texts)) => {
            line.shown(began);
            texts.into_iter().for_each(|text| line.text(text.unwrap_or("")));
        }
        None => (0..=VISIT_TEXTS).for_each(|_| line.plain("")),
    }
    line.end();
}

/// A line that is being written.
pub(super) struct Line<'a> {
    cells: Cells,
    out: &'a mut String,
    first: bool,
}

impl<'a> Line<'a> {
    /// A line with nothing in it yet.
    pub(super) fn begin(cells: Cells, out: &'a mut String) -> Self {
        Self { cells, out, first: true }
    }

    /// Ends it.
    pub(super) fn end(self) {
        self.out.push_str("\r\n");
    }

    /// A cell of our own making: a number, a time, a name without commas.
    pub(super) fn plain(&mut self, text: &str) {
        self.separate();
        self.out.push_str(text);
    }

    /// The same, of what is no text yet.
    fn shown(&mut self, value: impl std::fmt::Display) {
        self.separate();
        // A text takes whatever is written to it.
        let _ = write!(self.out, "{value}");
    }

    /// A cell with someone else's text.
    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        let formula = self.cells == Cells::Safe && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guard = if formula { "'" } else { "" };
        let bytes = text.as_bytes();
        if memchr3(b',', b'"', b'\n', bytes).is_some() || memchr(b'\r', bytes).is_some() {
            self.out.push('"');
            self.out.push_str(guard);
            self.out.push_str(&text.replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(guard);
            self.out.push_str(text);
        }
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_disarms() {
        let check = |text: &str, cells: Cells, expected: &str| {
            let mut out = String::new();
            Line::begin(cells, &mut out).text(text);
            assert_eq!(out, expected, "{text:?}");
        };
        check("plain", Cells::Safe, "plain");
        check("a,b", Cells::Safe, "\"a,b\"");
        check("say \"hi\"", Cells::Safe, "\"say \"\"hi\"\"\"");
        check("two\nlines", Cells::Safe, "\"two\nlines\"");
        check("=1+1", Cells::Safe, "'=1+1");
        check("=1+1", Cells::Raw, "=1+1");
        check("@SUM(A1,A2)", Cells::Safe, "\"'@SUM(A1,A2)\"");
        check("\t=1", Cells::Safe, "'\t=1");
        check("", Cells::Safe, "");
    }
}
