//! Words of the questions that follow visitors: funnels, retention, paths.

use super::definition::Entry;
use super::example::{Example, Question, answer};

const LOOKING_AND_BUYING: &str = "Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; \
     Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 11:00 Ben: views /; Fri 11:02 Ben: views /mugs";

const ORDERS: &str = "Thu 10:00 Anna: views /; Thu 10:05 Anna: places order 1: 2 mug, 20.00 EUR; \
     Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 2: 1 cap, 5.00 EUR; \
     Fri 11:00 Anna: gets money back for order 1: -1 mug, -2.00 EUR";

/// In the order of the page.
pub const JOURNEYS: &[Entry] = &[
    word(
        "funnel",
        "How many different visitors come from a first step in the range, which the filters are about, to each further one, in order, other \
         events between them or not, and within the window from the first step on, also behind the range: each visitor once, by the attempt \
         that comes furthest and of these by the first.",
        answer(funnel("visitors"), LOOKING_AND_BUYING, "[2,2,1]"),
    ),
    word(
        "time of a step",
        "The whole seconds from the step before, as their median and their average over the visitors who came to it.",
        answer(funnel("median_seconds"), LOOKING_AND_BUYING, "[null,90,240]"),
    ),
    word(
        "value of a step",
        "The net revenue, until now, of the orders that the visitors who came to the step confirmed from the first step on and within the \
         window.",
        answer(
            funnel("value"),
            "Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; \
             Fri 11:00 Ben: views /; Fri 11:30 Anna: gets money back for order 1: -1 mug, -5.00 EUR",
            r#"[{"amount_minor":1500,"currency":"EUR"},{"amount_minor":1500,"currency":"EUR"},{"amount_minor":1500,"currency":"EUR"}]"#,
        ),
    ),
    word(
        "causes of a drop",
        "Before a step that is an order, the visitors who came to the step before and not to the order, each once, by the reason of the \
         shop's last refusal of an order of theirs (Checkout Failed) between that step and the end of the window, or as left where there was none, so \
         that the causes add up to the drop.",
        answer(funnel("causes"), LOOKING_AND_BUYING, r#"[null,null,[{"reason":"left","visitors":1}]]"#),
    ),
    word(
        "cohort",
        "The visitors whose first event ever, which the filters are about, was in a period, a whole day, week from Monday or month of the site's \
         time zone: of these the numbers of those with an event in the same period, the next one, and so on.",
        answer(
            Question {
                route: "/v1/retention",
                body: r#"{"of":"visitors","period":"day"}"#,
                member: "returned",
            },
            "Thu 10:00 Anna: views /; Thu 11:00 Ben: views /; Fri 10:00 Anna: views /mugs; Fri 11:00 Cleo: views /; Fri 11:01 Cleo: does click",
            "[[2,1],[1]]",
        )
        .over(r#"["2026-11-19","2026-11-20"]"#),
    ),
    word(
        "cohort of customers",
        "The customers, known by the id that the shop has of them, else by their visitor, whose first order ever, which the filters are about, was \
         in a period: of these those with an order in the same period, the next one, and so on, and their net revenue by these periods.",
        answer(
            Question {
                route: "/v1/retention",
                body: r#"{"of":"customers","period":"day"}"#,
                member: "revenue",
            },
            ORDERS,
            r#"[[{"amount_minor":2000,"currency":"EUR"},{"amount_minor":300,"currency":"EUR"}],[{"amount_minor":0,"currency":"EUR"}]]"#,
        )
        .over(r#"["2026-11-19","2026-11-20"]"#),
    ),
    word(
        "repeat purchase",
        "The customers of a cohort with two orders or more until the end of the range.",
        answer(
            Question {
                route: "/v1/retention",
                body: r#"{"of":"customers","period":"day"}"#,
                member: "repeat",
            },
            ORDERS,
            r#"[{"customers":1,"rate":100},{"customers":0,"rate":null}]"#,
        )
        .over(r#"["2026-11-19","2026-11-20"]"#),
    ),
    word(
        "path",
        "The pages of a visit that began in the range in their order, each that follows itself once, from its beginning or from the first event that \
         is asked for on, back from the first that it is to lead to, or from the one to the other, counted in visits; the filters are about \
         visits with an event that fits.",
        answer(
            Question { route: "/v1/paths", body: r#"{"steps":2}"#, member: "nodes" },
            "Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; Fri 10:02 Anna: views /mugs; Fri 11:00 Ben: views /; Fri 11:01 Ben: does click",
            r#"[[{"kind":"page","name":"/","share":100,"visits":2}],[{"kind":"page","name":"/mugs","share":50,"visits":1},{"kind":"end","name":"(end)","share":50,"visits":1}]]"#,
        ),
    ),
];

const fn funnel(member: &'static str) -> Question {
    let body = r#"{"steps":[{"page":"/"},{"page":"/mugs"},{"event":"Order Completed"}]}"#;
    Question { route: "/v1/funnel", body, member }
}

const fn word(name: &'static str, definition: &'static str, example: Example) -> Entry {
    Entry { name, definition, example: Some(example) }
}
