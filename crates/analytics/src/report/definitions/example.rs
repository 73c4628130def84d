//! An example of a definition: five events, a question about them, and the answer. Tests send the events through collector,
//! log and processor into the stores and ask the question, so that what an example says is what kassa does.
//!
//! Its times are of the week that ends with Friday, 20 November 2026; the question is asked that Friday at noon, UTC.

use serde_json::{Value, json};

/// When questions of examples are asked, as their pages say it.
pub const ASKED_AT: &str = "Friday, 20 November 2026, 12:00:30 UTC";

/// How many events an example has.
pub const EVENTS: usize = 5;

/// Five events, and what a question about them gives.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// In the order in which they happen.
    pub events: [Step; EVENTS],
    /// The metric that is asked for.
    pub metric: &'static str,
    /// The dimension by which it is asked for.
    pub by: Option<&'static str>,
    /// The range as JSON.
    pub range: &'static str,
    /// The answer as JSON: a metric's value, or a row of dimension and value for each value of the dimension.
    pub gives: &'static str,
}

/// Something that happens in an example.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Day and time of the week: `Fri 10:00`, `Thu 23:58:30`.
    pub at: &'static str,
    /// Who does it: the id that the site gave its visitor.
    pub who: &'static str,
    /// What.
    pub action: Action,
    /// The address of the page that the visitor comes from.
    pub from: Option<&'static str>,
    /// With what the visitor looks at the site.
    pub agent: Agent,
    /// Where the visitor is.
    pub country: Option<&'static str>,
    /// The event's properties as JSON.
    pub props: Option<&'static str>,
}

/// What somebody does.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// Views a page: its path with the query, on `shop.example`, or a whole address.
    Views(&'static str),
    /// An event of this name on the page `/`.
    Does(&'static str),
    /// A change of an order that the shop writes.
    Changes(Change),
}

/// A change of an order, in EUR.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// The record's name: `Order Completed`, `Order Refunded`, `Order Cancelled`.
    pub name: &'static str,
    /// In words.
    pub verb: &'static str,
    /// The order.
    pub order: &'static str,
    /// Signed units of `sku`.
    pub units: i64,
    /// What is ordered; the product is called the same, and its category is `kitchen`.
    pub sku: &'static str,
    /// Signed change in cents.
    pub amount_minor: i64,
    /// The status that it leads to.
    pub status: &'static str,
}

/// A program that shows pages.
#[derive(Debug, Clone, Copy)]
pub struct Agent {
    /// What people call it; empty for the one that needs no mention.
    pub name: &'static str,
    /// Its User-Agent.
    pub header: &'static str,
}

/// Firefox on a computer with Linux.
pub(super) const DESKTOP: Agent =
    Agent { name: "", header: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0" };

/// Safari on a phone.
pub(super) const PHONE: Agent = Agent {
    name: "Safari on an iPhone",
    header: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/18.1 Mobile/15E148 Safari/604.1",
};

/// A crawler.
pub(super) const CRAWLER: Agent = Agent {
    name: "Googlebot",
    header: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
};

/// Events of which `metric` gives `gives` over the last seven days.
pub(super) const fn example(metric: &'static str, events: [Step; EVENTS], gives: &'static str) -> Example {
    Example { events, metric, by: None, range: "\"7d\"", gives }
}

/// The same by `dimension`: `gives` has rows, the largest first.
pub(super) const fn rows(
    metric: &'static str,
    dimension: &'static str,
    events: [Step; EVENTS],
    gives: &'static str,
) -> Example {
    Example { by: Some(dimension), ..example(metric, events, gives) }
}

impl Example {
    /// Over another range, as JSON.
    pub(super) const fn over(self, range: &'static str) -> Self {
        Self { range, ..self }
    }

    /// The question, without the site; null if the range is no JSON, which a test excludes.
    pub fn question(&self) -> Value {
        let range: Value = serde_json::from_str(self.range).unwrap_or_default();
        match self.by {
            None => json!({"metrics": [self.metric], "date_range": range}),
            Some(by) => json!({"metrics": [self.metric], "dimensions": [by], "date_range": range}),
        }
    }

    /// The answer; null if it is no JSON, which a test excludes.
    pub fn answer(&self) -> Value {
        serde_json::from_str(self.gives).unwrap_or_default()
    }

    pub(super) fn to_json(self) -> Value {
        let show = |step: &Step| json!({"time": step.at, "visitor": step.who, "does": step.does()});
        json!({
            "events": self.events.iter().map(show).collect::<Vec<_>>(),
            "asked_at": ASKED_AT,
            "query": self.question(),
            "gives": self.answer(),
        })
    }
}

/// Somebody at some time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    at: &'static str,
    who: &'static str,
}

/// At this time this visitor…
pub(super) const fn at(at: &'static str, who: &'static str) -> Moment {
    Moment { at, who }
}

impl Moment {
    pub(super) const fn views(self, page: &'static str) -> Step {
        self.step(Action::Views(page))
    }

    pub(super) const fn does(self, name: &'static str) -> Step {
        self.step(Action::Does(name))
    }

    /// Buys `units` of `sku` for so many cents in all.
    pub(super) const fn orders(self, order: &'static str, units: i64, sku: &'static str, cents: i64) -> Step {
        let (name, verb, status) = ("Order Completed", "places", "confirmed");
        self.step(Action::Changes(Change { name, verb, order, units, sku, amount_minor: cents, status }))
    }

    /// Gets so many cents back for so many units of `sku`.
    pub(super) const fn gets_back(
        self,
        order: &'static str,
        units: i64,
        sku: &'static str,
        cents: i64,
    ) -> Step {
        let (name, verb, status) = ("Order Refunded", "gets money back for", "refunded");
        let (units, amount_minor) = (-units, -cents);
        self.step(Action::Changes(Change { name, verb, order, units, sku, amount_minor, status }))
    }

    /// Gives up an order of so many units of `sku` for so many cents.
    pub(super) const fn cancels(
        self,
        order: &'static str,
        units: i64,
        sku: &'static str,
        cents: i64,
    ) -> Step {
        let (name, verb, status) = ("Order Cancelled", "cancels", "cancelled");
        let (units, amount_minor) = (-units, -cents);
        self.step(Action::Changes(Change { name, verb, order, units, sku, amount_minor, status }))
    }

    const fn step(self, action: Action) -> Step {
        let Self { at, who } = self;
        Step { at, who, action, from: None, agent: DESKTOP, country: None, props: None }
    }
}

impl Step {
    /// Coming from the page at this address.
    pub(super) const fn coming_from(self, referrer: &'static str) -> Self {
        Self { from: Some(referrer), ..self }
    }

    /// By this program.
    pub(super) const fn by(self, agent: Agent) -> Self {
        Self { agent, ..self }
    }

    /// In this country.
    pub(super) const fn within(self, country: &'static str) -> Self {
        Self { country: Some(country), ..self }
    }

    /// With these properties, as JSON.
    pub(super) const fn with(self, props: &'static str) -> Self {
        Self { props: Some(props), ..self }
    }

    /// What is done, in words.
    pub(super) fn does(&self) -> String {
        let mut words = match self.action {
            Action::Views(page) => format!("views {page}"),
            Action::Does(name) => format!("does {name}"),
            Action::Changes(change) => change.words(),
        };
        if let Some(props) = self.props {
            words.push_str(&format!(" with {props}"));
        }
        if let Some(from) = self.from {
            words.push_str(&format!(", coming from {from}"));
        }
        if !self.agent.name.is_empty() {
            words.push_str(&format!(", by {}", self.agent.name));
        }
        if let Some(country) = self.country {
            words.push_str(&format!(", in {country}"));
        }
        words
    }
}

impl Change {
    fn words(&self) -> String {
        let Self { verb, order, units, sku, .. } = self;
        let cents = self.amount_minor.unsigned_abs();
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        format!("{verb} order {order}: {units} {sku}, {sign}{}.{:02} EUR", cents / 100, cents % 100)
    }
}
