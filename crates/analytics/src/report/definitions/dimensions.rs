//! What every dimension means, with an example.

use kassa_eventstore::query::Field;

use super::definition::{Entry, FieldDefinition};
use super::example::{Example, example};

/// The prefix of a property's dimension; the rest is a top-level key of the properties, taken literally.
pub const PROPS_PREFIX: &str = "event:props:";

/// Names of time dimensions.
pub const TIMES: &[&str] = &["time", "time:minute", "time:hour", "time:day", "time:week", "time:month"];

/// Every dimension that is a field, without properties (`event:props:<key>`) and time.
pub const FIELDS: &[FieldDefinition] = &[
    field(
        Field::Name,
        "event:name",
        "The event's name: page_view, click, hover_enter and hover_leave for every format's words for them, else as it was sent.",
        example("events", LOOKING_AROUND, r#"[["page_view",4],["click",1]]"#),
    ),
    field(
        Field::Page,
        "event:page",
        "The path of the page on which the event happened, in its normal form, without query and fragment.",
        example("pageviews", LOOKING_AROUND, r#"[["/mugs",2],["/",1],["/mugs/blue",1]]"#),
    ),
    field(
        Field::Hostname,
        "event:hostname",
        "The host of the page on which the event happened.",
        example(
            "pageviews",
            "Fri 10:00 Anna: views https://shop.example/; Fri 10:01 Anna: views https://shop.example/mugs; \
             Fri 10:02 Anna: views https://blog.example/glazes; Fri 11:00 Ben: views https://blog.example/; \
             Fri 11:01 Ben: views https://shop.example/mugs",
            r#"[["shop.example",3],["blog.example",2]]"#,
        ),
    ),
    field(
        Field::Site,
        "event:site",
        "The site on which the event happened, by its id, for questions about several; a visit, and an order, is of one.",
        example("events", LOOKING_AROUND, r#"[["mugs",5]]"#),
    ),
    field(
        Field::EntryPage,
        "visit:entry_page",
        "The path of the visit's first event with a page, whenever that was.",
        example("visits", LOOKING_AROUND, r#"[["/",1],["/mugs",1]]"#),
    ),
    field(
        Field::ExitPage,
        "visit:exit_page",
        "The path of the visit's last page view, whenever that was.",
        example("visits", LOOKING_AROUND, r#"[["/mugs",1],["/mugs/blue",1]]"#),
    ),
    field(
        Field::EntryHost,
        "visit:hostname",
        "The host of the visit's first event with a page.",
        example(
            "visits",
            "Fri 10:00 Anna: views https://shop.example/; Fri 10:01 Anna: views https://blog.example/glazes; \
             Fri 10:30 Ben: views https://blog.example/; Fri 10:31 Ben: views https://shop.example/mugs; \
             Fri 11:00 Cleo: views https://blog.example/glazes",
            r#"[["blog.example",2],["shop.example",1]]"#,
        ),
    ),
    field(
        Field::Source,
        "visit:source",
        "The name of where the visit came from: of the utm_source of its first event with a page (a word or a host, in any case), else \
         of the referring host or app, else that host, none for people who come back from paying, and (no visit) for an order without a visit.",
        example("visits", COMING_FROM, r#"[["Google",2],["blog.example",1],["newsletter",1],["(none)",1]]"#),
    ),
    field(
        Field::Channel,
        "visit:channel",
        "The way by which the visit came, the first that holds by its source, utm_medium (in any case) and utm_campaign: Shopping (a \
         marketplace, or shopping in either), Paid Social, Video, Paid Search (a paid medium: cp…, paid…, ppc, retargeting), AI, \
         Affiliates, Display (any other paid medium, or banners), Email, Organic Social, Video, Organic Search, Referral (any other \
         source), Direct.",
        example(
            "visits",
            "Fri 10:00 Anna: views /, coming from https://www.google.com/; \
             Fri 10:10 Ben: views /?utm_source=google&utm_medium=cpc; \
             Fri 10:20 Cleo: views /?utm_source=spring&utm_medium=email; \
             Fri 10:30 Dora: views /mugs, coming from https://blog.example/glazes; Fri 10:40 Emil: views /mugs",
            r#"[["Direct",1],["Email",1],["Organic Search",1],["Paid Search",1],["Referral",1]]"#,
        ),
    ),
    field(
        Field::Referrer,
        "visit:referrer",
        "The referrer of the visit's first event with a page, of which origin and path are kept.",
        example(
            "visits",
            COMING_FROM,
            r#"[["https://www.google.com/",2],["(none)",2],["https://blog.example/glazes",1]]"#,
        ),
    ),
    field(
        Field::UtmSource,
        "visit:utm_source",
        "The utm_source of the visit's first event with a page.",
        example("visits", CAMPAIGNS, r#"[["newsletter",2],["bing",1]]"#),
    ),
    field(
        Field::UtmMedium,
        "visit:utm_medium",
        "The utm_medium of the visit's first event with a page.",
        example("visits", CAMPAIGNS, r#"[["email",2],["cpc",1]]"#),
    ),
    field(
        Field::UtmCampaign,
        "visit:utm_campaign",
        "The utm_campaign of the visit's first event with a page.",
        example("visits", CAMPAIGNS, r#"[["spring",3]]"#),
    ),
    field(
        Field::UtmTerm,
        "visit:utm_term",
        "The utm_term of the visit's first event with a page.",
        example("visits", CAMPAIGNS, r#"[["(none)",2],["blue mug",1]]"#),
    ),
    field(
        Field::UtmContent,
        "visit:utm_content",
        "The utm_content of the visit's first event with a page.",
        example("visits", CAMPAIGNS, r#"[["footer",1],["header",1],["(none)",1]]"#),
    ),
    field(
        Field::Device,
        "visit:device",
        "The kind of device of the visit's first event with a page, by its User-Agent: desktop, mobile or tablet.",
        example("visits", BY_PHONE, r#"[["desktop",2],["mobile",1]]"#),
    ),
    field(
        Field::Browser,
        "visit:browser",
        "The family of the browser of the visit's first event with a page, by its User-Agent.",
        example("visits", BY_PHONE, r#"[["Firefox",2],["Mobile Safari",1]]"#),
    ),
    field(
        Field::Os,
        "visit:os",
        "The family of the operating system of the visit's first event with a page, by its User-Agent.",
        example("visits", BY_PHONE, r#"[["Linux",2],["iOS",1]]"#),
    ),
    field(
        Field::Country,
        "visit:country",
        "The ISO 3166-1 code of the country of the visit's first event with a page, by its address, if the operator supplies a GeoIP file.",
        example("visits", BY_PHONE, r#"[["AT",1],["DE",1],["(none)",1]]"#),
    ),
    field(
        Field::ItemSku,
        "item:sku",
        "The SKU of a product that an event names, in its property sku and in each of its products, where one that names several \
         counts once for each; for metrics of money the SKU of an order's line.",
        example("events", LOOKING_AT_PRODUCTS, r#"[["mug",3],["cap",1],["(none)",1]]"#),
    ),
    field(
        Field::Sku,
        "product:sku",
        "The SKU of an order's line, for metrics of money, where a refund by amount alone has the product (none), so that \
         products add up to the revenue.",
        example("units", BUYING, r#"[["mug",3],["cap",1]]"#),
    ),
    field(
        Field::ProductName,
        "product:name",
        "The name of an order's line as it was when it was ordered, for metrics of money.",
        example("orders", BUYING, r#"[["mug",2],["cap",1]]"#),
    ),
    field(
        Field::ProductCategory,
        "product:category",
        "The category of an order's line as it was when it was ordered, for metrics of money.",
        example("units", BUYING, r#"[["kitchen",4]]"#),
    ),
    field(
        Field::Currency,
        "order:currency",
        "The ISO 4217 code of the order's currency, for metrics of money.",
        example("revenue", BUYING, r#"[["EUR",{"amount_minor":3250,"currency":"EUR"}]]"#),
    ),
    field(
        Field::OrderStatus,
        "order:status",
        "The status to which the order's change led, for metrics of money.",
        example(
            "revenue",
            BUYING,
            r#"[["confirmed",{"amount_minor":3500,"currency":"EUR"}],["refunded",{"amount_minor":-250,"currency":"EUR"}]]"#,
        ),
    ),
    field(
        Field::CustomerType,
        "customer:type",
        "Whether the customer of the order had ordered before, new or returning, for metrics of money; (none) of an order without an \
         e-mail address.",
        example(
            "orders",
            "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR with {\"customer_type\":\"new\"}; \
             Fri 10:10 Ben: places order 2: 1 mug, 10.00 EUR with {\"customer_type\":\"new\"}; \
             Fri 10:15 Anna: places order 3: 1 cap, 5.00 EUR with {\"customer_type\":\"returning\"}; \
             Fri 10:20 Cleo: places order 4: 1 cap, 5.00 EUR",
            r#"[["new",2],["returning",1],["(none)",1]]"#,
        ),
    ),
];

/// Dimensions by properties.
pub const PROPS: Entry = Entry {
    name: "event:props:<key>",
    definition: "A top-level property of the event: its text, or its JSON if it is no string.",
    example: Some(
        example(
            "events",
            "Fri 10:00 Anna: views /; Fri 10:01 Anna: does Product Added with {\"size\":\"L\"}; \
             Fri 10:02 Anna: does Product Added with {\"size\":7}; \
             Fri 11:00 Ben: does Product Added with {\"size\":\"L\"}; \
             Fri 11:01 Ben: does Product Added with {\"color\":\"red\"}",
            r#"[["L",2],["(none)",2],["7",1]]"#,
        )
        .by("event:props:size"),
    ),
};

/// Dimensions by time.
pub const TIME: Entry = Entry {
    name: "time",
    definition: "Buckets in the site's time zone by time:minute, time:hour, time:day, time:week (from Monday) or time:month, of \
                 which time alone chooses one that fits the range.",
    example: Some(
        example(
            "visitors",
            "Wed 10:00 Anna: views /; Wed 11:00 Ben: views /; Fri 10:00 Anna: views /; \
             Fri 10:01 Anna: views /mugs; Fri 11:00 Anna: does click",
            r#"[["2026-11-18",2],["2026-11-19",0],["2026-11-20",1]]"#,
        )
        .by("time:day")
        .over(r#"["2026-11-18","2026-11-20"]"#),
    ),
};

// Events that several examples share.

const LOOKING_AROUND: &str = "Fri 10:00 Anna: views /; Fri 10:01 Anna: does click; Fri 10:02 Anna: views /mugs; \
                              Fri 11:00 Ben: views /mugs; Fri 11:01 Ben: views /mugs/blue";

const LOOKING_AT_PRODUCTS: &str = "Fri 10:00 Anna: views /mugs; Fri 10:01 Anna: does Product Viewed with {\"sku\":\"mug\"}; \
                                   Fri 10:02 Anna: does Product Added with {\"sku\":\"mug\"}; \
                                   Fri 10:03 Anna: does Checkout Started with {\"products\":[{\"sku\":\"mug\"},{\"sku\":\"cap\"}]}; \
                                   Fri 10:10 Anna: places order 1: 1 mug, 10.00 EUR";

const COMING_FROM: &str = "Fri 10:00 Anna: views /, coming from https://www.google.com/; \
                           Fri 10:10 Ben: views /mugs, coming from https://www.google.com/; \
                           Fri 10:20 Cleo: views /mugs, coming from https://blog.example/glazes; \
                           Fri 10:30 Dora: views /?utm_source=newsletter; Fri 10:40 Emil: views /";

const CAMPAIGNS: &str = "Fri 10:00 Anna: views /?utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=header; \
                         Fri 10:01 Anna: views /mugs; \
                         Fri 10:10 Ben: views /?utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=footer; \
                         Fri 10:11 Ben: does click; \
                         Fri 10:20 Cleo: views /mugs?utm_source=bing&utm_medium=cpc&utm_campaign=spring&utm_term=blue+mug";

const BY_PHONE: &str = "Fri 10:00 Anna: views /, in DE; Fri 10:01 Anna: views /mugs, in DE; \
                        Fri 10:10 Ben: views /, by Safari on an iPhone, in AT; \
                        Fri 10:11 Ben: views /mugs, by Safari on an iPhone, in AT; Fri 10:20 Cleo: views /";

const BUYING: &str = "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; \
                      Fri 10:10 Ben: places order 2: 1 mug, 10.00 EUR; Fri 10:15 Ben: places order 3: 1 cap, 5.00 EUR; \
                      Fri 11:00 Anna: gets money back for order 1: 0 mug, -2.50 EUR";

const fn field(
    field: Field,
    name: &'static str,
    definition: &'static str,
    example: Example,
) -> FieldDefinition {
    FieldDefinition { field, name, definition, example: example.by(name) }
}
