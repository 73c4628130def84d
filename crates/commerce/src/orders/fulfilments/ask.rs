//! A fulfilment as it is asked for.
//!
//! ```json
//! {"lines":[{"sku":"ps5","quantity":2}],"status":"shipped","carrier":"DHL","tracking_number":"00340434161094042557",
//!  "tracking_url":"https://track.example/00340434161094042557"}
//! ```

use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::super::fulfil::FulfilAsk;
use super::super::lines::Item;
use super::super::request::{check_lines, some_objects};
use super::super::said::trimmed;
use super::fulfilment::Tracking;
use super::status::Stage;

/// Bytes of a carrier's name, and of a number there.
const NAME_BYTES_MAX: usize = 200;
/// Bytes of an address.
const URL_BYTES_MAX: usize = 2_048;

/// The body of `POST /v1/orders/{uuid}/fulfilments`, which may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::orders) struct FulfilmentBody {
    /// `null` is no list: it could be meant either way.
    #[serde(default, deserialize_with = "some_objects")]
    lines: Option<Vec<Item>>,
    status: Option<Stage>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
}

/// The body of `POST /v1/orders/{uuid}/fulfilments/{number}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::orders) struct StageBody {
    status: Stage,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
}

/// A parcel that is to be made. Its JSON is what is fingerprinted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PackAsk {
    /// What is in it.
    pub(crate) what: FulfilAsk,
    /// Packed, or shipped at once.
    pub(crate) status: Stage,
    /// Who carries it.
    pub(crate) tracking: Tracking,
}

/// Where a parcel is to go. Its JSON is what is fingerprinted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StageAsk {
    /// Its number within the order.
    pub(crate) number: i64,
    /// Where.
    pub(crate) to: Stage,
    /// Who carries it, where that is said anew.
    pub(crate) tracking: Tracking,
}

impl FulfilmentBody {
    pub(in crate::orders) fn check(self) -> Result<PackAsk, Problem> {
        let what = match self.lines {
            None => FulfilAsk::Rest,
            Some(lines) => {
                check_lines("fulfilment", lines.iter().map(|line| (line.sku.as_str(), line.quantity)))?;
                FulfilAsk::Lines(lines)
            }
        };
        let status = self.status.unwrap_or(Stage::Packed);
        if !matches!(status, Stage::Packed | Stage::Shipped) {
            return Err(Problem::bad_request("a new fulfilment is packed or shipped"));
        }
        let tracking = tracking(self.carrier, self.tracking_number, self.tracking_url)?;
        Ok(PackAsk { what, status, tracking })
    }
}

impl StageBody {
    pub(in crate::orders) fn check(self, number: i64) -> Result<StageAsk, Problem> {
        if self.status == Stage::Packed {
            return Err(Problem::bad_request("status must be shipped, delivered or cancelled"));
        }
        let tracking = tracking(self.carrier, self.tracking_number, self.tracking_url)?;
        Ok(StageAsk { number, to: self.status, tracking })
    }
}

pub(in crate::orders) fn tracking(
    carrier: Option<String>,
    number: Option<String>,
    url: Option<String>,
) -> Result<Tracking, Problem> {
    let url = trimmed("tracking_url", url, URL_BYTES_MAX)?;
    if url.as_deref().is_some_and(|url| !is_web_address(url)) {
        let what = "tracking_url must be an address such as https://carrier.example/4711";
        return Err(Problem::bad_request(what));
    }
    Ok(Tracking {
        carrier: trimmed("carrier", carrier, NAME_BYTES_MAX)?,
        number: trimmed("tracking_number", number, NAME_BYTES_MAX)?,
        url,
    })
}

/// Whether a browser goes to a page by it, and nowhere else: never `javascript:` and the like, and no name before an `@` that
/// looks like the host.
fn is_web_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && host.chars().any(char::is_alphanumeric)
        && !host.contains('@')
        && !url.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '"' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn only_pages_are_tracked() {
        let check = |url: &str, expected: bool| assert_eq!(is_web_address(url), expected, "{url:?}");
        check("https://dhl.example/track?id=4711#here", true);
        check("HTTP://dhl.example", true);
        check("https://[::1]:8080/x", true);
        check("https://bücher.example/ö", true);
        check("javascript:alert(1)", false);
        check("javascript://dhl.example/%0aalert(1)", false);
        check("data:text/html,x", false);
        check("ftp://dhl.example", false);
        check("//dhl.example/x", false);
        check("/x", false);
        check("https://", false);
        check("https:///x", false);
        check("https://dhl.example@evil.test/", false);
        check("https://dhl.example\\@evil.test/", false);
        check("https://dhl.example/a b", false);
        check("https://dhl.example/\u{2028}", false);
        check("https://dhl.example/\"><script>", false);
        check("", false);
    }
}
