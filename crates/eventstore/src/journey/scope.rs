//! Which events there are for a question.

use crate::bots::Bots;
use crate::query::rules::SiteRules;
use crate::query::{Field, Filter, TimeRange};

/// Which events a question is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The sites; never empty.
    pub sites: Vec<String>,
    /// The range; what happens in it, says the question.
    pub range: TimeRange,
    /// Which visitors' events there are at all; records of money are there in any case.
    pub only: Option<Filter>,
    /// What the question's first event has to fit, by its fields.
    pub filter: Option<Filter>,
    /// Count rows with `bot = true` too. A record of money counts whatever the flag says.
    pub include_bots: bool,
    /// What the sites say of their history; at most one for each of `sites`.
    pub rules: Vec<SiteRules>,
}

impl Scope {
    /// Which bots' rows count.
    pub(crate) fn bots(&self) -> Bots {
        if self.include_bots { Bots::All } else { Bots::None }
    }

    /// Every field that is asked for.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        for filter in self.only.iter().chain(&self.filter) {
            filter.each_field(&mut |field| fields.push(field));
        }
        fields
    }
}
