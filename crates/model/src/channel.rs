//! The channel of a visit: by which kind of way it came. A pure function of source, medium and campaign, written as a list of
//! rules, so that code and SQL can go by the same list. After the industry's default grouping, with a channel for assistants.

use crate::SourceKind;

/// How a visit came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "their names say it, and CHANNEL_RULES when")]
pub enum Channel {
    Shopping,
    PaidSocial,
    Video,
    PaidSearch,
    Ai,
    Affiliates,
    Display,
    Email,
    OrganicSocial,
    OrganicSearch,
    Referral,
    Direct,
}

/// A channel and when a visit came by it: the first rule that holds decides.
#[derive(Debug, Clone, Copy)]
pub struct ChannelRule {
    /// The channel.
    pub channel: Channel,
    /// Whether the medium must be a paid one ([`PAID`]).
    pub paid: bool,
    /// One of these must hold; none: no more is asked.
    pub any: &'static [ChannelTest],
}

/// A test of source, medium or campaign. Media and campaigns are compared in lower case (ASCII); what is absent fails.
#[derive(Debug, Clone, Copy)]
pub enum ChannelTest {
    /// The source is one of this kind.
    Kind(SourceKind),
    /// The source is one of these, to the letter.
    SourceIs(&'static [&'static str]),
    /// There is a source.
    HasSource,
    /// The medium is one of these.
    MediumIs(&'static [&'static str]),
    /// The medium has this text in it.
    MediumHas(&'static str),
    /// The campaign has this text in it.
    CampaignHas(&'static str),
}

/// A medium is paid for when one of these holds.
pub const PAID: &[ChannelTest] = &[
    ChannelTest::MediumHas("cp"),
    ChannelTest::MediumHas("paid"),
    ChannelTest::MediumIs(&["ppc", "retargeting"]),
];

const EMAIL: &[&str] = &["email", "e-mail", "e_mail", "e mail", "mail", "newsletter"];

/// The rules, in order.
pub const CHANNEL_RULES: &[ChannelRule] = &[
    rule(
        Channel::Shopping,
        &[
            ChannelTest::Kind(SourceKind::Shopping),
            ChannelTest::MediumIs(&["shopping"]),
            ChannelTest::CampaignHas("shopping"),
        ],
    ),
    paid(Channel::PaidSocial, &[ChannelTest::Kind(SourceKind::Social), ChannelTest::MediumHas("social")]),
    paid(Channel::Video, &[ChannelTest::Kind(SourceKind::Video), ChannelTest::MediumHas("video")]),
    paid(
        Channel::PaidSearch,
        &[
            ChannelTest::Kind(SourceKind::Search),
            ChannelTest::MediumHas("search"),
            ChannelTest::MediumIs(&["cpc", "ppc"]),
        ],
    ),
    rule(Channel::Ai, &[ChannelTest::Kind(SourceKind::Ai)]),
    rule(
        Channel::Affiliates,
        &[ChannelTest::MediumIs(&["affiliate", "affiliates"]), ChannelTest::Kind(SourceKind::Affiliate)],
    ),
    paid(Channel::Display, &[]),
    rule(
        Channel::Display,
        &[
            ChannelTest::MediumIs(&["display", "banner", "expandable", "interstitial"]),
            ChannelTest::Kind(SourceKind::Display),
        ],
    ),
    rule(
        Channel::Email,
        &[ChannelTest::MediumIs(EMAIL), ChannelTest::SourceIs(EMAIL), ChannelTest::Kind(SourceKind::Mail)],
    ),
    rule(
        Channel::OrganicSocial,
        &[
            ChannelTest::MediumIs(&[
                "social",
                "social-network",
                "social-media",
                "social network",
                "social media",
                "sm",
            ]),
            ChannelTest::Kind(SourceKind::Social),
        ],
    ),
    rule(Channel::Video, &[ChannelTest::MediumHas("video"), ChannelTest::Kind(SourceKind::Video)]),
    rule(
        Channel::OrganicSearch,
        &[ChannelTest::MediumIs(&["organic"]), ChannelTest::Kind(SourceKind::Search)],
    ),
    rule(Channel::Referral, &[ChannelTest::HasSource, ChannelTest::MediumIs(&["referral"])]),
    rule(Channel::Direct, &[]),
];

const fn rule(channel: Channel, any: &'static [ChannelTest]) -> ChannelRule {
    ChannelRule { channel, paid: false, any }
}

const fn paid(channel: Channel, any: &'static [ChannelTest]) -> ChannelRule {
    ChannelRule { channel, paid: true, any }
}

impl Channel {
    /// The channel of a visit from `source` (a name that [`crate::Source`] may know) by `medium` and `campaign`.
    pub fn of(source: Option<&str>, medium: Option<&str>, campaign: Option<&str>) -> Self {
        let lower = |text: Option<&str>| text.map(str::to_ascii_lowercase);
        let (medium, campaign) = (lower(medium), lower(campaign));
        let holds = |test: &ChannelTest| match test {
            ChannelTest::Kind(kind) => source.is_some_and(|name| kind.names().contains(&name)),
            ChannelTest::SourceIs(names) => source.is_some_and(|name| names.contains(&name)),
            ChannelTest::HasSource => source.is_some(),
            ChannelTest::MediumIs(media) => medium.as_deref().is_some_and(|found| media.contains(&found)),
            ChannelTest::MediumHas(text) => medium.as_deref().is_some_and(|found| found.contains(text)),
            ChannelTest::CampaignHas(text) => campaign.as_deref().is_some_and(|found| found.contains(text)),
        };
        let fits = |rule: &&ChannelRule| {
            (!rule.paid || PAID.iter().any(holds)) && (rule.any.is_empty() || rule.any.iter().any(holds))
        };
        CHANNEL_RULES.iter().find(fits).map_or(Self::Direct, |rule| rule.channel)
    }

    /// As reports show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shopping => "Shopping",
            Self::PaidSocial => "Paid Social",
            Self::Video => "Video",
            Self::PaidSearch => "Paid Search",
            Self::Ai => "AI",
            Self::Affiliates => "Affiliates",
            Self::Display => "Display",
            Self::Email => "Email",
            Self::OrganicSocial => "Organic Social",
            Self::OrganicSearch => "Organic Search",
            Self::Referral => "Referral",
            Self::Direct => "Direct",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visit_has_one() {
        let check = |source: &str, medium: &str, campaign: &str, expected: &str| {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let (source, medium, campaign) = (given(source), given(medium), given(campaign));
            let found = Channel::of(source.as_deref(), medium.as_deref(), campaign.as_deref());
            assert_eq!(found.name(), expected, "{source:?} {medium:?} {campaign:?}");
        };
        check("", "", "", "Direct");
        check("Google", "", "", "Organic Search");
        check("Google", "organic", "", "Organic Search");
        check("Google", "CPC", "", "Paid Search");
        check("Google", "cpc", "Shopping DE", "Shopping");
        check("google ads agency", "ppc", "", "Paid Search");
        check("Facebook", "", "", "Organic Social");
        check("Facebook", "cpc", "", "Paid Social");
        check("agency", "paid_social", "", "Paid Social");
        check("forum", "social", "", "Organic Social");
        check("Gmail", "", "", "Email");
        check("newsletter", "", "", "Email");
        check("Google", "email", "", "Email");
        check("blog.example", "", "", "Referral");
        check("blog.example", "referral", "", "Referral");
        check("ChatGPT", "", "", "AI");
        check("partner", "affiliate", "", "Affiliates");
        check("Awin", "", "", "Affiliates");
        check("news.example", "display", "", "Display");
        check("news.example", "cpm", "", "Display");
        check("YouTube", "", "", "Video");
        check("YouTube", "cpv", "", "Video");
        check("agency", "video", "", "Video");
        check("Amazon", "", "", "Shopping");
        check("", "email", "", "Email");
        check("", "nonsense", "", "Direct");
    }
}
