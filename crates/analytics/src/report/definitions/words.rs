//! Words of the definitions, and rules that hold for every metric.

use super::definition::Word;
use super::example::{CRAWLER, Example, at, example, rows};

/// In the order of the page.
pub const WORDS: &[Word] = &[
    shown(
        "current visitors",
        "The different visitors of the last 5 minutes.",
        example(
            "visitors",
            [
                at("Fri 11:54", "Anna").views("/"),
                at("Fri 11:56", "Ben").views("/"),
                at("Fri 11:57", "Ben").views("/mugs"),
                at("Fri 11:58", "Cleo").views("/mugs"),
                at("Fri 12:00", "Cleo").does("click"),
            ],
            "2",
        )
        .over("\"realtime\""),
    ),
    shown(
        "non-interactive",
        "Events named time_on_page, hover_*, identify, group or alias, and those marked \"interactive\": false (or nonInteraction, \
         non_interaction, ni: true), open and extend no visit: they join the visitor's latest one that began before them, up to \
         24 hours, and where there is none they count in no visitor, visit or bounce.",
        example(
            "visits",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:45", "Anna").does("time_on_page").with(r#"{"seconds":60}"#),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:40", "Ben").does("hover_enter"),
                at("Fri 11:50", "Cleo").does("hover_enter"),
            ],
            "2",
        ),
    ),
    shown(
        "visit of an order",
        "All changes of an order belong to the visit in which it was placed, whenever they are made: their source, pages, \
         campaign, device and country are those of that visit, and the source is (no visit) where there was none.",
        rows(
            "revenue",
            "visit:source",
            [
                at("Wed 10:00", "Anna").views("/").coming_from("https://www.google.com/"),
                at("Wed 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 10:00", "Anna").views("/?utm_source=newsletter"),
                at("Fri 10:05", "Anna").orders("2", 1, "cap", 500),
                at("Fri 11:00", "Anna").gets_back("1", 1, "mug", 1_000),
            ],
            r#"[["newsletter",{"amount_minor":500,"currency":"EUR"}],["Google",{"amount_minor":-1000,"currency":"EUR"}]]"#,
        )
        .over("\"day\""),
    ),
    shown(
        "(no visit)",
        "The source of orders that came from no visit, such as a till's: they are orders and revenue, and convert nobody.",
        rows(
            "orders",
            "visit:source",
            [
                at("Fri 10:00", "Anna").views("/").coming_from("https://www.google.com/"),
                at("Fri 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 10:10", "Anna").orders("2", 1, "cap", 500),
                at("Fri 11:00", "a till").orders("3", 1, "mug", 1_000),
                at("Fri 11:30", "Ben").views("/"),
            ],
            r#"[["Google",2],["(no visit)",1]]"#,
        ),
    ),
    shown(
        "facts of a visit",
        "Entry page and host, source, referrer, campaign, device, browser, system and country are those of the visit's first event \
         with a page in the order of receipt, stand on every row from that one on, and never change, wherever a range cuts the visit.",
        rows(
            "pageviews",
            "visit:source",
            [
                at("Thu 23:58", "Anna").views("/").coming_from("https://www.google.com/"),
                at("Fri 00:02", "Anna").views("/mugs"),
                at("Fri 00:04", "Anna").views("/caps").coming_from("https://blog.example/glazes"),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:01", "Ben").does("click"),
            ],
            r#"[["Google",2],["(none)",1]]"#,
        )
        .over("\"day\""),
    ),
    shown(
        "bots",
        "Events of an agent that names a crawler, or a browser that a program drives, are stored and left out of every report \
         unless the query says include.bots (a program's library, such as curl, is one only where a page's script is said to have \
         sent them).",
        example(
            "pageviews",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").views("/mugs"),
                at("Fri 11:00", "a robot").views("/").by(CRAWLER),
                at("Fri 11:01", "a robot").views("/mugs").by(CRAWLER),
                at("Fri 11:02", "a robot").views("/caps").by(CRAWLER),
            ],
            "2",
        ),
    ),
    word(
        "comparison",
        "A period that is not over is compared with the same part of the one before, up to this minute of the site's clock, and \
         the answer says the bounds.",
    ),
    word(
        "currencies",
        "Amounts are in minor units and never added across currencies: where there are several, the query groups or filters by \
         order:currency.",
    ),
    word("(none)", "The value of rows that have none; as a filter value it means just these."),
    word(
        "rounding",
        "Ratios are divided as integers and rounded to one decimal, halves away from zero, and are null over 0.",
    ),
];

const fn word(name: &'static str, definition: &'static str) -> Word {
    Word { name, definition, example: None }
}

const fn shown(name: &'static str, definition: &'static str, example: Example) -> Word {
    Word { example: Some(example), ..word(name, definition) }
}
