//! The channel of a visit as an SQL expression, by the rules that [`kassa_model::Channel::of`] goes by.

use kassa_model::{CHANNEL_RULES, Channel, ChannelRule, ChannelTest, PAID};

use super::events::ascii_lowercase;

/// The channel of a visit, given the expressions of its source, medium and campaign. All texts are the program's own.
pub(super) fn channel(source: &str, medium: &str, campaign: &str) -> String {
    let columns = Columns { source, medium: ascii_lowercase(medium), campaign: ascii_lowercase(campaign) };
    let cases: String = CHANNEL_RULES
        .iter()
        .map(|rule| format!("WHEN {} THEN {} ", columns.rule(rule), quoted(rule.channel.name())))
        .collect();
    format!("(CASE {cases}ELSE {} END)", quoted(Channel::Direct.name()))
}

struct Columns<'a> {
    source: &'a str,
    medium: String,
    campaign: String,
}

impl Columns<'_> {
    fn rule(&self, rule: &ChannelRule) -> String {
        let mut conditions = Vec::new();
        if rule.paid {
            conditions.push(self.any(PAID));
        }
        if !rule.any.is_empty() {
            conditions.push(self.any(rule.any));
        }
        if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") }
    }

    fn any(&self, tests: &[ChannelTest]) -> String {
        let tests: Vec<String> = tests.iter().map(|test| self.test(test)).collect();
        format!("({})", tests.join(" OR "))
    }

    /// NULL, where the column is, counts as false wherever the test stands.
    fn test(&self, test: &ChannelTest) -> String {
        match test {
            ChannelTest::Kind(kind) => is_one_of(self.source, kind.names()),
            ChannelTest::SourceIs(names) => is_one_of(self.source, names),
            ChannelTest::HasSource => format!("{} IS NOT NULL", self.source),
            ChannelTest::MediumIs(media) => is_one_of(&self.medium, media),
            ChannelTest::MediumHas(text) => format!("contains({}, {})", self.medium, quoted(text)),
            ChannelTest::CampaignHas(text) => format!("contains({}, {})", self.campaign, quoted(text)),
        }
    }
}

/// Not by `IN`: the engine makes a join with its own memory of each long list, and there are a dozen in a channel.
fn is_one_of(column: &str, texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("list_contains([{}], {column})", texts.join(", "))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
