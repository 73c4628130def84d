//! The channel of a visit as an SQL expression, by the rules that [`kassa_model::Channel::of`] goes by. The kind of its source is
//! looked up in a small table beside the events, once for a row: a list of names for each kind would be looked through for each.

use kassa_model::{CHANNEL_RULES, Channel, ChannelRule, ChannelTest, PAID, SourceKind};

use super::dialect::Dialect;

/// The rows of `events` as `e`, with medium and campaign in lower case, and beside each the kind of its source, `k`: both are worked out once
/// for a row, however many rules look at them. Each name is there once, so that no row becomes two.
pub(super) fn events_with_kinds(dialect: &dyn Dialect, events: &str) -> String {
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    for kind in SourceKind::ALL {
        for name in kind.names() {
            names.push(quoted(name));
            numbers.push((kind as u8).to_string());
        }
    }
    format!(
        "(SELECT *, {} AS medium, {} AS campaign FROM {events} u) e \
         LEFT JOIN {} k ON k.name = e.visit_source",
        dialect.mostly_ascii_lowercase("visit_utm_medium"),
        dialect.mostly_ascii_lowercase("visit_utm_campaign"),
        dialect.pairs(&names, &numbers),
    )
}

/// The channel of the visit of a row of [`events_with_kinds`]. All texts are the program's own. Most visits have neither
/// medium nor campaign: for them nothing is compared but kinds.
pub(super) fn channel(dialect: &dyn Dialect) -> String {
    let source = "e.visit_source";
    let untagged = Columns { dialect, source, medium: None, campaign: None }.cases();
    let tagged = Columns { dialect, source, medium: Some("e.medium"), campaign: Some("e.campaign") }.cases();
    format!("(CASE WHEN e.medium IS NULL AND e.campaign IS NULL THEN {untagged} ELSE {tagged} END)")
}

/// Medium and campaign in lower case, where there are any.
struct Columns<'a> {
    dialect: &'a dyn Dialect,
    source: &'a str,
    medium: Option<&'a str>,
    campaign: Option<&'a str>,
}

impl Columns<'_> {
    fn cases(&self) -> String {
        let case = |rule: &ChannelRule| {
            let condition = self.rule(rule)?;
            Some(format!("WHEN {condition} THEN {} ", quoted(rule.channel.name())))
        };
        let cases: String = CHANNEL_RULES.iter().filter_map(case).collect();
        format!("(CASE {cases}ELSE {} END)", quoted(Channel::Direct.name()))
    }

    /// Nothing, if it cannot hold.
    fn rule(&self, rule: &ChannelRule) -> Option<String> {
        let mut conditions = Vec::new();
        if rule.paid {
            conditions.push(self.any(PAID)?);
        }
        if !rule.any.is_empty() {
            conditions.push(self.any(rule.any)?);
        }
        Some(if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") })
    }

    fn any(&self, tests: &[ChannelTest]) -> Option<String> {
        let tests: Vec<String> = tests.iter().filter_map(|test| self.test(test)).collect();
        (!tests.is_empty()).then(|| format!("({})", tests.join(" OR ")))
    }

    /// NULL, where the column is, counts as false wherever the test stands.
    fn test(&self, test: &ChannelTest) -> Option<String> {
        let Self { medium, campaign, .. } = self;
        Some(match test {
            ChannelTest::Kind(kind) => format!("k.kind = {}", *kind as u8),
            ChannelTest::SourceIs(names) => is_one_of(self.source, names),
            ChannelTest::HasSource => format!("{} IS NOT NULL", self.source),
            ChannelTest::MediumIs(media) => is_one_of((*medium)?, media),
            ChannelTest::MediumHas(text) => self.dialect.contains((*medium)?, &quoted(text)),
            ChannelTest::CampaignHas(text) => self.dialect.contains((*campaign)?, &quoted(text)),
        })
    }
}

/// Not by `IN`: the engine makes a join with its own memory of each long list.
fn is_one_of(column: &str, texts: &[&str]) -> String {
    let equal: Vec<String> = texts.iter().map(|text| format!("{column} = {}", quoted(text))).collect();
    format!("({})", equal.join(" OR "))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
