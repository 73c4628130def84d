//! Who may ask about which site, and in which time zone the answer is.

use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use kassa_access::Caller;
use kassa_service::{Problem, RouteClass};

use super::Reports;
use super::calendar::Place;
use super::refusal::Refusal;

impl Reports {
    /// Lets a request into a native route.
    ///
    /// # Errors
    /// The 401 problem.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let admitted = self.access.authorize(headers, RouteClass::Native);
        admitted.map_err(|denied| Refusal::Access(Problem::from(denied)))
    }

    /// Lets a request into the compat route of `dialect` (`A` to `E`).
    ///
    /// # Errors
    /// A refusal of status 401.
    pub(crate) fn admit_dialect(&self, headers: &HeaderMap, dialect: &str) -> Result<Caller, Refusal> {
        let admitted = self.access.authorize_compat(headers, dialect);
        admitted.map_err(|denied| Refusal::Access(Problem::from(denied)))
    }

    /// Where and when a question about `site` is asked.
    ///
    /// # Errors
    /// 404 when there is no such site, or not for this caller.
    pub(crate) fn place_of(&self, caller: &Caller, site: &str) -> Result<Place, Refusal> {
        let place = self.lenient_place_of(caller, site)?;
        match self.access.site(site) {
            Some(_) => Ok(place),
            None => {
                let shown: String = site.chars().take(100).collect();
                Err(Refusal::NotFound(format!("no site {shown}")))
            }
        }
    }

    /// The same for the compat routes, where a site that does not exist has nothing to show, and days of UTC.
    ///
    /// # Errors
    /// 404 when the caller may not read it.
    pub(crate) fn lenient_place_of(&self, caller: &Caller, site: &str) -> Result<Place, Refusal> {
        caller.require_site(site).map_err(Refusal::Access)?;
        let zone = self.access.site(site).map_or(TimeZone::UTC, |site| site.timezone.clone());
        Ok(Place { zone, now: self.clock.now(), first: None })
    }
}

/// The one site that a question over all sites is held to: the asked one, else the only one of the caller's key.
///
/// # Errors
/// 404 when the caller may not read the asked one.
pub(crate) fn one_site(caller: &Caller, asked: Option<&str>) -> Result<Option<String>, Refusal> {
    if let Some(site) = asked {
        caller.require_site(site).map_err(Refusal::Access)?;
    }
    Ok(asked.or(caller.only_site()).map(str::to_owned))
}
