//! Bodies that are made to be dear, and ordinary ones.

use std::sync::LazyLock;

use super::Body;
use crate::process::agent::tests::PEOPLE;
use crate::process::testing::{Random, START};
use crate::wire::{read_event, read_segment, read_track};

/// The hour of receipt at which senders begin, in ms.
const NOW_MILLIS: i64 = START / 1_000;

/// A way to make bodies.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Makes a body of about so many events.
    pub(super) make: fn(&mut Random, usize) -> Body,
}

macro_rules! kinds {
    ($($name:ident,)*) => {
        /// Every kind.
        pub(super) const ALL: &[Kind] = &[$(Kind { name: stringify!($name), make: $name },)*];
    };
}

kinds! {
    one_visitor_61_minutes_apart,
    one_visitor_many_sessions,
    one_visitor_nested_sessions,
    one_visitor_one_session_at_random_times,
    many_visitors_of_one_session,
    new_visitors,
    one_id,
    known_ids,
    long_ids,
    new_agents,
    agents_of_all_words,
    agents_of_the_patterns,
    long_agents,
    cookieless,
    one_browser_of_many_users,
    one_user_of_many_browsers,
    named_in_mid_visit,
    glances,
    renamed,
    marked_and_many_members,
    long_names,
    names_in_many_scripts,
    properties_of_like_names,
    repeated_keys,
    many_members,
    deep_properties,
    deep_and_private,
    personal_and_private,
    many_products,
    long_numbers,
    escapes,
    surrogates,
    shared_context,
    shared_context_and_own,
    shared_fields,
    refused_of_all_reasons,
    refused_and_large,
    refused_and_private,
    no_objects,
    empty_objects,
    old_times,
    times_in_words,
    long_times,
    sent_long_ago,
    long_referrers,
    dotted_referrers,
    long_queries,
    queries_of_nothing,
    queries_of_many,
    many_sites,
    single_and_large,
    single_and_refused,
    single_of_many_members,
}

/// Bodies as a shop's pages send them: `events` of them in about `bytes`.
pub(super) fn ordinary(random: &mut Random, events: usize, bytes: usize) -> Body {
    let each = bytes / events.max(1);
    let text = |random: &mut Random| {
        let id = random.next();
        let (visitor, page) = (random.below(5_000), random.below(300));
        let mut event = format!(
            r#"{{"type":"track","messageId":"m-{id:x}","anonymousId":"a-{visitor}","event":"Product Viewed","timestamp":"2026-01-01T00:00:0{}.123Z","properties":{{"product_id":"p-{page}","price":9.50,"category":"mugs""#,
            id % 10
        );
        let context = format!(
            r#"}},"context":{{"page":{{"path":"/p/{page}","url":"https://shop.test/p/{page}","title":"Mug {page}","referrer":"https://www.google.com/"}},"userAgent":"{}"}}}}"#,
            PEOPLE[(id % 8) as usize].0
        );
        // Large ones are large because of what was in the cart.
        let mut products = String::new();
        while event.len() + products.len() + context.len() + 60 < each {
            let n = random.below(300);
            products.push_str(&format!(
                r#",{{"product_id":"p-{n}","name":"Mug {n}","price":9.50,"quantity":{}}}"#,
                1 + n % 3
            ));
        }
        if let Some(products) = products.get(1..) {
            event.push_str(&format!(r#","products":[{products}]"#));
        }
        event + &context
    };
    batch(random, events, text)
}

fn batch(random: &mut Random, events: usize, mut text: impl FnMut(&mut Random) -> String) -> Body {
    let list: Vec<String> = (0..events).map(|_| text(random)).collect();
    enclosed(&list, "")
}

/// A batch with `around` beside its events.
fn enclosed(list: &[String], around: &str) -> Body {
    let bytes = format!(r#"{{"batch":[{}]{around}}}"#, list.join(",")).into_bytes();
    Body { read: |body, ctx| read_segment(None, body, ctx), bytes, events: list.len(), private: false }
}

fn track(id: u64, visitor: &str, rest: &str) -> String {
    format!(r#"{{"type":"track","event":"x","messageId":"m{id:x}","anonymousId":"{visitor}"{rest}}}"#)
}

/// `,"timestamp":"…"` of an event some minutes before receipt.
fn minutes_ago(minutes: u64) -> String {
    let time = jiff::Timestamp::from_millisecond(NOW_MILLIS - minutes as i64 * 60_000).unwrap();
    format!(r#","timestamp":"{time}""#)
}

fn one_visitor_61_minutes_apart(random: &mut Random, events: usize) -> Body {
    // Begins anywhere within eleven years, so that a row of batches fills them.
    let from = random.below(90_000);
    let mut n = from;
    batch(random, events, |random| {
        n += 1;
        track(random.next(), "one", &minutes_ago(n % 100_000 * 61))
    })
}

fn one_visitor_many_sessions(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let session = format!(r#","context":{{"sessionId":"s{}"}}"#, random.next());
        track(random.next(), "one", &(minutes_ago(random.below(1_400)) + &session))
    })
}

/// Sessions that all hold the same moment, each a little longer than the one before.
fn one_visitor_nested_sessions(random: &mut Random, events: usize) -> Body {
    let mut n = random.below(20_000);
    batch(random, events, |random| {
        n += 1;
        let session = match n % 3 {
            0 => String::new(),
            _ => format!(r#","context":{{"sessionId":"s{}"}}"#, n / 3),
        };
        let minutes = if n.is_multiple_of(2) { 100_000 - n } else { 100_000 + n };
        track(random.next(), "one", &(minutes_ago(minutes) + &session))
    })
}

fn one_visitor_one_session_at_random_times(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        track(
            random.next(),
            "one",
            &(minutes_ago(random.below(1_000_000)) + r#","context":{"sessionId":"s"}"#),
        )
    })
}

fn many_visitors_of_one_session(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let visitor = format!("v{}", random.next());
        track(random.next(), &visitor, r#","context":{"sessionId":"s"}"#)
    })
}

fn new_visitors(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let visitor = format!("v{}", random.next());
        track(random.next(), &visitor, "")
    })
}

fn one_id(random: &mut Random, events: usize) -> Body {
    batch(random, events, |_| track(7, "a", ""))
}

/// Ids that were sent before, and are sealed by now.
fn known_ids(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| track(random.below(30_000), "a", ""))
}

fn long_ids(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let id = format!("{}{:016x}", "i".repeat(184), random.next());
        format!(r#"{{"messageId":"{id}","userId":"{id}","anonymousId":"{id}"}}"#)
    })
}

fn agent(random: &mut Random, text: &str) -> String {
    track(random.next(), "a", &format!(r#","context":{{"userAgent":"{text}"}}"#))
}

fn new_agents(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let text = format!("{} v{}", PEOPLE[random.below(8) as usize].0, random.next());
        agent(random, &text)
    })
}

/// Words that many patterns look for.
const WORDS: &[&str] = &[
    "Mozilla",
    "Chrome/1",
    "Safari",
    "Mobile",
    "Android 1",
    "iPhone",
    "Windows NT 1",
    "Linux",
    "Opera",
    "Firefox/1",
    "MSIE 1",
    "Trident/1",
    "Version/1",
    "CriOS",
    "bot",
    "spider",
    "crawl",
    "Tablet",
    "Edge",
    "UCBrowser",
    "Kindle",
    "Symbian",
    "BlackBerry",
    "Darwin/1",
    "CFNetwork",
    "Java",
    "python",
    "Ruby",
    "curl",
    "PHP",
    "Go",
    "http",
    "Fire",
    "Silk",
    "SamsungBrowser",
    "Puffin",
    "Vivaldi",
    "Brave",
    "Nokia",
    "webOS",
    "CrOS",
    "Ubuntu",
    "Fedora",
    "Debian",
    "facebook",
    "Instagram",
    "Twitter",
    "Line",
    "Snapchat",
    "Pinterest",
    "Outlook",
    "Thunderbird",
    "iOS",
    "Mac OS X",
    "Tizen",
    "KAIOS",
    "PlayStation",
    "Xbox",
    "Nintendo",
    "Roku",
    "Apple",
    "Google",
    "Yandex",
    "Baidu",
    "QQ",
    "MIUI",
];

fn agents_of_all_words(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let mut text = String::new();
        while text.len() < 1_000 {
            text.push_str(WORDS[random.below(WORDS.len() as u64) as usize]);
            text.push_str([" ", "/", ";", "(", "", " 1.2.3 "][random.below(6) as usize]);
        }
        agent(random, &text)
    })
}

/// What the patterns of browsers and systems are made of.
static PATTERN_WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let words =
        include_str!("../../../../data/uap-core.json").split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| word.len() >= 3).collect()
});

fn agents_of_the_patterns(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let mut text = String::new();
        while text.len() < 1_000 {
            text.push_str(PATTERN_WORDS[random.below(PATTERN_WORDS.len() as u64) as usize]);
            text.push_str(["/1", " ", "/", " 1.2", "; "][random.below(5) as usize]);
        }
        agent(random, &text)
    })
}

fn long_agents(random: &mut Random, events: usize) -> Body {
    let word = WORDS[random.below(WORDS.len() as u64) as usize];
    let part = ["", " ", ".", "1", "/1."][random.below(5) as usize];
    batch(random, events, |random| {
        let text = format!("{}{}", format!("{word}{part}").repeat(1_000 / word.len()), random.next());
        agent(random, &text)
    })
}

fn cookieless(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let n = random.next();
        format!(
            r#"{{"messageId":"m{n}","context":{{"userAgent":"x {}"}}{}}}"#,
            n % 20,
            minutes_ago(n % 90_000 * 61)
        )
    })
}

fn one_browser_of_many_users(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| track(random.next(), "one", &format!(r#","userId":"u{}""#, random.next())))
}

fn one_user_of_many_browsers(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let browser = format!("b{}", random.next());
        track(random.next(), &browser, r#","userId":"one""#)
    })
}

/// Each browser without a name at first, then with one, some of them with another's.
fn named_in_mid_visit(random: &mut Random, events: usize) -> Body {
    let from = random.next() >> 1;
    let mut n = 0;
    batch(random, events, |random| {
        n += 1;
        let browser = format!("b{}", from + n / 3);
        let user = match n % 3 {
            0 => String::new(),
            _ => format!(r#","userId":"u{}""#, random.below(2) + n / 3),
        };
        track(random.next(), &browser, &user)
    })
}

/// What nobody did, of one browser with many visits and users.
fn glances(random: &mut Random, events: usize) -> Body {
    let mut n = random.below(90_000);
    batch(random, events, |random| {
        n += 1;
        let when = minutes_ago(random.below(1_400));
        let (id, user) = (random.next(), random.below(50));
        match n % 2 {
            0 => track(id, "one", &when),
            _ => format!(
                r#"{{"type":"identify","messageId":"m{id:x}","anonymousId":"one","userId":"u{user}"{when}}}"#
            ),
        }
    })
}

fn renamed(random: &mut Random, events: usize) -> Body {
    let mut n = random.below(90_000);
    batch(random, events, |random| {
        n += 1;
        let (id, before) = (random.next(), n.saturating_sub(1));
        match n % 2 {
            0 => track(id, "one", &format!(r#","userId":"u{before}""#)),
            _ => format!(
                r#"{{"type":"alias","messageId":"m{id:x}","previousId":"u{before}","userId":"u{n}"}}"#
            ),
        }
    })
}

fn marked_and_many_members(random: &mut Random, events: usize) -> Body {
    properties(random, events, |_| {
        let members = (0..60).map(|n| format!(r#""nteractive{n}":[[{{"ni":1}}]]"#));
        object(members.chain([r#""nonInteraction":1"#.to_owned()]))
    })
}

fn long_names(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        format!(r#"{{"event":"{}{:x}","anonymousId":"a"}}"#, "n".repeat(200), random.next())
    })
}

fn names_in_many_scripts(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let letters: String =
            (0..60).map(|_| ['İ', 'ß', 'ﬁ', 'Σ', '\u{1f600}'][random.below(5) as usize]).collect();
        format!(
            r#"{{"event":"{letters}","anonymousId":"{letters}","userId":"{letters}","properties":{{"{letters}":1}}}}"#
        )
    })
}

fn properties(random: &mut Random, events: usize, mut text: impl FnMut(&mut Random) -> String) -> Body {
    batch(random, events, |random| {
        let properties = text(random);
        track(random.next(), "a", &format!(r#","properties":{properties}"#))
    })
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn properties_of_like_names(random: &mut Random, events: usize) -> Body {
    let length = random.below(300) as usize;
    properties(random, events, |_| object((0..64).map(|n| format!(r#""{}{n:02}":1"#, "k".repeat(length)))))
}

fn repeated_keys(random: &mut Random, events: usize) -> Body {
    properties(random, events, |_| {
        object((0..128).chain((0..384).map(|n| 127 - n % 3)).map(|n| format!(r#""k{n:03}":1"#)))
    })
}

fn many_members(random: &mut Random, events: usize) -> Body {
    batch(random, events, |_| object((0..500).map(|n| format!(r#""k{n:03}":1"#))))
}

fn nested(levels: usize, inside: &str) -> String {
    format!("{}{inside}{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
}

fn deep_properties(random: &mut Random, events: usize) -> Body {
    let inside = "[{},[]],".repeat(random.below(100) as usize);
    properties(random, events, |_| nested(11, &format!("[{inside}{{}}]")))
}

fn deep_and_private(random: &mut Random, events: usize) -> Body {
    Body { private: true, ..deep_properties(random, events) }
}

fn personal_and_private(random: &mut Random, events: usize) -> Body {
    let names = ["first_name", "e-mail", "EMAIL", "_user_id", "user__________id", "address"];
    let body = properties(random, events, |random| {
        object((0..60).map(|n| {
            let name = names[random.below(6) as usize];
            format!(r#""{name}{}":{}"#, "_".repeat(n), nested(8, r#"{"email":1}"#))
        }))
    });
    Body { private: true, ..body }
}

fn many_products(random: &mut Random, events: usize) -> Body {
    let products = 1 + random.below(400);
    properties(random, events, |random| {
        let product = |n| format!(r#"{{"product_id":"p{n}","price":1.5,"quantity":{}}}"#, random.below(9));
        format!(r#"{{"products":[{}]}}"#, (0..products).map(product).collect::<Vec<_>>().join(","))
    })
}

fn long_numbers(random: &mut Random, events: usize) -> Body {
    let digits = 1 + random.below(3_000) as usize;
    properties(random, events, |_| {
        format!(r#"{{"n":{}.{}e-{}}}"#, "9".repeat(digits), "1".repeat(digits), "1".repeat(300))
    })
}

fn escapes(random: &mut Random, events: usize) -> Body {
    let many = random.below(200) as usize;
    batch(random, events, |_| {
        let text = r"\u0061\n\\".repeat(many.min(18));
        let long = r"\u0000\u0061\/".repeat(many);
        format!(r#"{{"event":"{text}","anonymousId":"{text}","properties":{{"{text}":"{long}"}}}}"#)
    })
}

fn surrogates(random: &mut Random, events: usize) -> Body {
    let many = 1 + random.below(400) as usize;
    properties(random, events, |_| format!(r#"{{"t":"{}"}}"#, r"\ud83d\ud83d\ude00\udc00".repeat(many)))
}

/// Tiny events that share a large context.
fn shared_context(random: &mut Random, events: usize) -> Body {
    let size = 100 + random.below(50_000) as usize;
    let list = vec!["{}".to_owned(); events];
    enclosed(&list, &format!(r#","context":{{"large":"{}"}}"#, "x".repeat(size)))
}

fn shared_context_and_own(random: &mut Random, events: usize) -> Body {
    let members = |prefix: &str| object((0..120).map(|n| format!(r#""{prefix}{n:03}":1"#)));
    let own = format!(r#"{{"context":{}}}"#, members("own"));
    let _ = random.next();
    enclosed(&vec![own; events], &format!(r#","context":{}"#, members("all")))
}

/// The same in dialect B.
fn shared_fields(random: &mut Random, events: usize) -> Body {
    let size = 10 + random.below(1_000) as usize;
    let shared = (0..50).map(|n| format!(r#""field{n:02}":"{}""#, "x".repeat(size))).collect::<Vec<_>>();
    let list = vec![r#"{"event_type":"x"}"#; events].join(",");
    let bytes = format!(r#"{{"events":[{list}],{}}}"#, shared.join(",")).into_bytes();
    Body { read: read_track, bytes, events, private: false }
}

fn refused_of_all_reasons(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| match random.below(7) {
        0 => "1".to_owned(),
        1 => r#"{"event":1}"#.to_owned(),
        2 => format!(r#"{{"messageId":"{}"}}"#, "i".repeat(300)),
        3 => format!(r#"{{"event":"{}"}}"#, "n".repeat(300)),
        4 => nested(20, "1"),
        5 => r#"{"timestamp":"yesterday"}"#.to_owned(),
        _ => r#"{"timestamp":"1999-01-01T00:00:00Z"}"#.to_owned(),
    })
}

fn refused_and_large(random: &mut Random, events: usize) -> Body {
    let size = random.below(9_000) as usize;
    batch(random, events, |_| format!(r#"{{"event":1,"properties":{{"a":"{}"}}}}"#, "ä".repeat(size)))
}

fn refused_and_private(random: &mut Random, events: usize) -> Body {
    let body =
        properties(random, events, |_| object((0..90).map(|n| format!(r#""email{n}":{}"#, nested(12, "1")))));
    Body { private: true, ..body }
}

fn no_objects(random: &mut Random, events: usize) -> Body {
    batch(random, events, |_| "[]".to_owned())
}

fn empty_objects(random: &mut Random, events: usize) -> Body {
    batch(random, events, |_| "{}".to_owned())
}

fn old_times(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let (n, visitor) = (random.next(), format!("a{}", random.below(50)));
        track(n, &visitor, &minutes_ago(random.below(13_000_000)))
    })
}

fn times_in_words(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        let zone = ["[Europe/Berlin]", "+01:30", "-11:59:59", "", "[America/Argentina/ComodRivadavia]"];
        let zone = zone[random.below(5) as usize];
        let time = format!(
            r#","timestamp":" 2025-12-31 T 23:59:59,123456789{zone} ","sentAt":"20251231T235959{zone}""#
        );
        track(random.next(), "a", &time)
    })
}

fn long_times(random: &mut Random, events: usize) -> Body {
    let digits = random.below(3_000) as usize;
    batch(random, events, |random| {
        let text = format!("2025-12-31T23:59:59.{}Z", "1".repeat(digits));
        let number = format!("1{}", "0".repeat(digits));
        track(random.next(), "a", &format!(r#","timestamp":"{text}","sentAt":{number}"#))
    })
}

fn sent_long_ago(random: &mut Random, events: usize) -> Body {
    batch(random, events, |random| {
        track(random.next(), "a", r#","timestamp":"2001-01-01T00:00:00Z","sentAt":"2026-01-01T00:00:00Z""#)
    })
}

fn referrer(random: &mut Random, events: usize, text: &str) -> Body {
    batch(random, events, |random| {
        track(random.next(), "a", &format!(r#","context":{{"page":{{"referrer":"{text}"}}}}"#))
    })
}

fn long_referrers(random: &mut Random, events: usize) -> Body {
    let text = format!("https://{}/", "WWW.A".repeat(random.below(500) as usize));
    referrer(random, events, &text)
}

fn dotted_referrers(random: &mut Random, events: usize) -> Body {
    let label = ["a.", "google.", ".", "yahoo.", "@"][random.below(5) as usize];
    let text = format!("//{}zz", label.repeat(2_000 / label.len()));
    referrer(random, events, &text)
}

fn long_queries(random: &mut Random, events: usize) -> Body {
    let part = ["utm_source=%ff&", "%20", "utm_campaign=+&"][random.below(3) as usize];
    queries(random, events, part)
}

fn queries_of_nothing(random: &mut Random, events: usize) -> Body {
    queries(random, events, "&")
}

fn queries_of_many(random: &mut Random, events: usize) -> Body {
    queries(random, events, "a=b&")
}

/// Pages whose query is `part` again and again.
fn queries(random: &mut Random, events: usize, part: &str) -> Body {
    let query = part.repeat(random.below(2_000) as usize / part.len());
    batch(random, events, |random| {
        let page =
            format!(r#","context":{{"page":{{"url":"https://shop.test/?{query}","search":"?{query}"}}}}"#);
        track(random.next(), "a", &page)
    })
}

fn many_sites(random: &mut Random, _: usize) -> Body {
    let site = format!("s{}", random.next());
    let text = format!(r#"{{"site_id":"{site}","event_type":"page_view","path":"/","user_id":"u"}}"#);
    Body { read: read_event, bytes: text.into_bytes(), events: 1, private: false }
}

fn single_and_large(random: &mut Random, _: usize) -> Body {
    let members = (0..60).map(|n| format!(r#""field{n}":"{}""#, "x".repeat(random.below(1_000) as usize)));
    let text = format!(r#"{{"eventType":"x","page":"/",{}}}"#, members.collect::<Vec<_>>().join(","));
    Body { read: read_track, bytes: text.into_bytes(), events: 1, private: false }
}

fn single_and_refused(random: &mut Random, _: usize) -> Body {
    let depth = 1 + random.below(100) as usize * random.below(100) as usize;
    let text = format!(r#"{{"site_id":"{}","a":{}}}"#, "s".repeat(200), nested(depth, "1"));
    Body { read: read_event, bytes: text.into_bytes(), events: 1, private: false }
}

fn single_of_many_members(random: &mut Random, _: usize) -> Body {
    let count = random.below(4_000);
    let text = object((0..count).map(|n| format!(r#""k{n}":{}"#, n % 7)));
    Body { read: read_track, bytes: text.into_bytes(), events: 1, private: false }
}
