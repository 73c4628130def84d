//! What a total is, and by what totals are added up.

use jiff::civil::Date;

/// What a line tells of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TotalsKind {
    /// All of the site.
    All,
    /// One page.
    Page,
    /// The visits that began on one page.
    EntryPage,
    /// The visits that ended on one page.
    ExitPage,
    /// What came from one source, by one campaign.
    Source,
    /// What came from one country.
    Country,
    /// What came by one kind of device.
    Device,
    /// What came by one browser.
    Browser,
    /// What came by one system.
    Os,
    /// One name of events.
    Event,
}

impl TotalsKind {
    /// Every kind.
    pub const EACH: [Self; 10] = [
        Self::All,
        Self::Page,
        Self::EntryPage,
        Self::ExitPage,
        Self::Source,
        Self::Country,
        Self::Device,
        Self::Browser,
        Self::Os,
        Self::Event,
    ];

    /// Its name in the database and in lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Page => "page",
            Self::EntryPage => "entry_page",
            Self::ExitPage => "exit_page",
            Self::Source => "source",
            Self::Country => "country",
            Self::Device => "device",
            Self::Browser => "browser",
            Self::Os => "os",
            Self::Event => "event",
        }
    }
}

/// By what totals are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TotalsBy {
    /// The value of the lines of a kind; of [`TotalsKind::All`] there is none.
    Value(TotalsKind),
    /// The host of pages.
    Host,
    /// The channel of sources, and what follows likewise.
    Channel,
    /// Where sources were linked.
    Referrer,
    /// `utm_source`.
    UtmSource,
    /// `utm_medium`.
    UtmMedium,
    /// `utm_campaign`.
    UtmCampaign,
    /// `utm_term`.
    UtmTerm,
    /// `utm_content`.
    UtmContent,
}

impl TotalsBy {
    /// The kind of line that has it.
    pub fn kind(self) -> TotalsKind {
        match self {
            Self::Value(kind) => kind,
            Self::Host => TotalsKind::Page,
            _ => TotalsKind::Source,
        }
    }
}

/// What was counted; what a kind of line does not tell is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Different visitors of the day.
    pub visitors: i64,
    /// Visits.
    pub visits: i64,
    /// Page views.
    pub pageviews: i64,
    /// Visits with one page view.
    pub bounces: i64,
    /// The length of all visits together.
    pub seconds: i64,
    /// Events.
    pub events: i64,
}

/// What a source is told by beside its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The channel.
    pub channel: Option<String>,
    /// Where it was linked.
    pub referrer: Option<String>,
    /// `utm_source`, and so on.
    pub utm_source: Option<String>,
    /// See [`Origin::utm_source`].
    pub utm_medium: Option<String>,
    /// See [`Origin::utm_source`].
    pub utm_campaign: Option<String>,
    /// See [`Origin::utm_source`].
    pub utm_term: Option<String>,
    /// See [`Origin::utm_source`].
    pub utm_content: Option<String>,
}

/// One line: a total of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTotal {
    /// The line of its file.
    pub line: i64,
    /// The site.
    pub site: String,
    /// A day of the site's time zone.
    pub day: Date,
    /// What it tells of.
    pub kind: TotalsKind,
    /// The page, source, country …; `None`: none was known.
    pub value: Option<String>,
    /// The host of a page.
    pub host: Option<String>,
    /// Of a source.
    pub origin: Origin,
    /// What was counted.
    pub counts: DayCounts,
}

/// Totals added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySum {
    /// Of which day, where they are told by day.
    pub day: Option<Date>,
    /// Of what; `None`: of all, or none was known.
    pub value: Option<String>,
    /// The sums.
    pub counts: DayCounts,
}
