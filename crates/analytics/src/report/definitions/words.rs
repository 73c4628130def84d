//! Words of the definitions, and rules that hold for every metric.

use super::definition::Entry;
use super::example::{Example, example};

/// In the order of the page.
pub const WORDS: &[Entry] = &[
    shown(
        "current visitors",
        "The different visitors of the last 5 minutes.",
        example(
            "visitors",
            "Fri 11:54 Anna: views /; Fri 11:56 Ben: views /; Fri 11:57 Ben: views /mugs; \
             Fri 11:58 Cleo: views /mugs; Fri 12:00 Cleo: does click",
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
            "Fri 10:00 Anna: views /; Fri 10:45 Anna: does time_on_page with {\"seconds\":60}; \
             Fri 11:00 Ben: views /; Fri 11:40 Ben: does hover_enter; Fri 11:50 Cleo: does hover_enter",
            "2",
        ),
    ),
    shown(
        "visit of an order",
        "All changes of an order belong to the visit in which it was placed, whenever they are made: their source, pages, \
         campaign, device and country are those of that visit, and the source is (no visit) where there was none.",
        example(
            "revenue",
            "Wed 10:00 Anna: views /, coming from https://www.google.com/; \
             Wed 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 10:00 Anna: views /?utm_source=newsletter; \
             Fri 10:05 Anna: places order 2: 1 cap, 5.00 EUR; \
             Fri 11:00 Anna: gets money back for order 1: -1 mug, -10.00 EUR",
            r#"[["newsletter",{"amount_minor":500,"currency":"EUR"}],["Google",{"amount_minor":-1000,"currency":"EUR"}]]"#,
        )
        .by("visit:source")
        .over("\"day\""),
    ),
    shown(
        "(no visit)",
        "The source of orders that came from no visit, such as a till's: they are orders and revenue, and convert nobody.",
        example(
            "orders",
            "Fri 10:00 Anna: views /, coming from https://www.google.com/; \
             Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 10:10 Anna: places order 2: 1 cap, 5.00 EUR; \
             Fri 11:00 a till: places order 3: 1 mug, 10.00 EUR; Fri 11:30 Ben: views /",
            r#"[["Google",2],["(no visit)",1]]"#,
        )
        .by("visit:source"),
    ),
    shown(
        "facts of a visit",
        "Entry page and host, source, referrer, campaign, device, browser, system and country are those of the visit's first event \
         with a page in the order of receipt, stand on every row from that one on, and never change, wherever a range cuts the visit.",
        example(
            "pageviews",
            "Thu 23:58 Anna: views /, coming from https://www.google.com/; Fri 00:02 Anna: views /mugs; \
             Fri 00:04 Anna: views /caps, coming from https://blog.example/glazes; Fri 11:00 Ben: views /; \
             Fri 11:01 Ben: does click",
            r#"[["Google",2],["(none)",1]]"#,
        )
        .by("visit:source")
        .over("\"day\""),
    ),
    shown(
        "bots",
        "Events of an agent that names a crawler, or a browser that a program drives, are stored and left out of every report \
         unless the query says include.bots (a program's library, such as curl, is one only where a page's script is said to have \
         sent them).",
        example(
            "pageviews",
            "Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; Fri 11:00 a robot: views /, by Googlebot; \
             Fri 11:01 a robot: views /mugs, by Googlebot; Fri 11:02 a robot: views /caps, by Googlebot",
            "2",
        ),
    ),
    word(
        "sold out",
        "A product is sold out from the moment in which the last of it that could be sold went until something can be sold again, \
         as the shop notes both in the transaction that moves the stock; before its first note it counts as in stock, and hours, \
         views and viewers while sold out are those in between.",
    ),
    word(
        "lost revenue",
        "For each product and day of the site's time zone: viewers who saw it sold out × (orders ÷ viewers while it was in stock) × \
         (revenue ÷ units), where the two ratios are of the 28 days that end with that day, viewers are counted by day, below 50 \
         viewers in stock the rate of its category stands in for the missing ones ((orders + (50 − viewers) × category's orders ÷ \
         category's viewers) ÷ 50), without units sold the price is the category's revenue ÷ units, and each product's day is \
         rounded to a whole minor unit, halves up.",
    ),
    word(
        "searches",
        "Events Products Searched with a text in query: without result where results is 0, without click where neither a Product \
         Viewed, a Product Clicked nor a Product Added follows in the visit before its next search, up to a day after the range.",
    ),
    word(
        "comparison",
        "A period that is not over is compared with the same part of the one before, up to this minute of the site's clock, and \
         the answer says the bounds.",
    ),
    word(
        "imported totals",
        "Totals of days that another tool counted before kassa, kept as such and added, for whole days of the site's time zone before its \
         first event here, to visitors, visits, page views, views per visit, bounce rate and visit duration, in all or by one dimension, \
         where visitors of several days are the sum of each day's; a query with filters, several fields or hours leaves them out, money, \
         funnels and paths have none, and meta.imported says which.",
    ),
    word(
        "segment",
        "Filters that a site keeps under a name: [\"is\",\"segment\",[id]] stands for all of them together.",
    ),
    word(
        "goal",
        "One event that is to happen, by filters that a site keeps under a name; the dimension event:goal has a row for each that was \
         reached, an event counts in every goal that it fits, and percentage is the goal's visitors by all that fit the other filters.",
    ),
    word(
        "rules",
        "What a site says of its history when it is asked: pages that are shown as one, and events that do not count; nothing stored \
         changes, and money always counts.",
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

const fn word(name: &'static str, definition: &'static str) -> Entry {
    Entry { name, definition, example: None }
}

const fn shown(name: &'static str, definition: &'static str, example: Example) -> Entry {
    Entry { name, definition, example: Some(example) }
}
