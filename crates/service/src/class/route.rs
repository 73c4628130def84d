//! The classes of routes, and who is asked about origins that come and go.

use std::sync::Arc;

/// The class of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteClass {
    /// Takes events from any page: any origin, any content type.
    Ingest,
    /// The five old systems' interfaces: loopback origins and `cors.origins`; JSON bodies.
    Compat,
    /// The shop's public pages' calls: the same origin or the sites' lists; JSON bodies.
    Storefront,
    /// What the shop's own pages send where there are no scripts: the same origin; forms.
    Form,
    /// The rest of `/v1`, dashboard and admin: the same origin or none; JSON bodies.
    Native,
    /// As `Native`, with a file of any type as its body.
    Upload,
    /// Health: anyone, from anywhere.
    Probe,
    /// Between roles: never from a browser.
    Internal,
}

/// Asked for an origin in lower case, such as `https://shop.example`; says whether it may call.
#[derive(Clone)]
pub struct LiveOrigins(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl LiveOrigins {
    /// From a function that must be quick: it is asked for each request from another origin.
    pub fn new(allow: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(allow))
    }

    pub(super) fn allow(&self, origin: &str) -> bool {
        (self.0)(origin)
    }
}

impl std::fmt::Debug for LiveOrigins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveOrigins(..)")
    }
}

impl RouteClass {
    /// Whether its routes ask nobody for a key.
    pub(super) fn is_public(self) -> bool {
        matches!(self, Self::Ingest | Self::Storefront | Self::Form | Self::Probe)
    }

    /// Whether its callers may be known by a session's cookie, so that a browser must say which page calls.
    pub(super) fn takes_sessions(self) -> bool {
        matches!(self, Self::Native | Self::Upload)
    }

    /// Whether a browser is let in from pages of this origin alone, and told nothing for others.
    pub(super) fn is_for_own_pages(self) -> bool {
        self.takes_sessions() || self == Self::Form
    }

    pub(super) fn wants_json(self) -> bool {
        matches!(self, Self::Compat | Self::Storefront | Self::Native | Self::Internal)
    }

    /// Whether a read may have no body; the old systems pass over it.
    pub(super) fn is_strict(self) -> bool {
        matches!(self, Self::Storefront | Self::Native | Self::Upload)
    }
}
