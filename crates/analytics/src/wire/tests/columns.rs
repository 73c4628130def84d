//! What goes into which column, what stays a property, and what privacy removes.

use kassa_model::{Naming, session_from, visitor_from};

use super::super::reading::{Context, Reading};
use super::super::testing::{RECEIVED_AT, context, event, recorded};
use super::super::{Kind, read_event, read_segment, read_track};

fn segment(kind: Kind, body: &str) -> Reading {
    read_segment(Some(kind), body.as_bytes(), &context())
}

#[test]
fn names_become_canonical() {
    let check = |sent: &str, canonical: &str| {
        let reading = read_event(format!("{{\"type\":\"{sent}\"}}").as_bytes(), &context());
        let event = event(&reading, 0);
        assert_eq!((event.name.as_str(), event.name_sent.as_str()), (canonical, sent));
    };
    check("PAGE_VIEW", "page_view");
    check("pageview", "page_view");
    check("page_view", "page_view");
    check("CLICK", "click");
    check("HOVER_ENTER", "hover_enter");
    check("HOVER_LEAVE", "hover_leave");
    check("Order Completed", "Order Completed");
    check("Page_View", "Page_View");
}

#[test]
fn segment_messages_carry_their_type() {
    let check = |kind, body: &str, name_sent: &str| {
        assert_eq!(event(&segment(kind, body), 0).name_sent, name_sent, "{body}");
    };
    check(Kind::Track, r#"{"event":"Product Viewed"}"#, "Product Viewed");
    check(Kind::Track, "{}", "track");
    check(Kind::Page, r#"{"name":"Home"}"#, "page_view");
    check(Kind::Identify, "{}", "identify");
    check(Kind::Screen, r#"{"name":"Home"}"#, "screen");
    check(Kind::Group, "{}", "group");
    check(Kind::Alias, "{}", "alias");
    let batch = |item: &str| {
        let body = format!("{{\"batch\":[{item}]}}");
        event(&read_segment(None, body.as_bytes(), &context()), 0).name_sent.clone()
    };
    assert_eq!(batch(r#"{"type":"page"}"#), "page_view");
    assert_eq!(batch(r#"{"event":"x"}"#), "x");
    assert_eq!(batch(r#"{"type":"newsletter"}"#), "newsletter");
    assert_eq!(batch("{}"), "track");
}

#[test]
fn flat_browsers_are_sessions_unless_named() {
    let read = |fields: &str| {
        let body = format!("{{\"eventType\":\"x\",{fields}}}");
        let reading = read_track(body.as_bytes(), &context());
        let event = event(&reading, 0).clone();
        (event.visitor, event.session, event.user, event.props)
    };
    let visitor = |given: &str| Some(visitor_from("default", given));
    let session = Some(session_from("default", "s1"));
    assert_eq!(read(r#""sessionId":"s1""#), (visitor("s1"), session, None, "{}".to_owned()));
    assert_eq!(
        read(r#""sessionId":"s1","userId":7"#),
        (visitor("s1"), session, Some("7".to_owned()), "{}".to_owned())
    );
    assert_eq!(read(r#""sessionId":"s1","userId":7,"anonymousId":"a""#).0, visitor("a"));
    assert_eq!(read(r#""sessionId":null"#), (None, None, None, r#"{"sessionId":null}"#.to_owned()));
    assert_eq!(read(r#""sessionId":{"a":1}"#).3, r#"{"sessionId":{"a":1}}"#);
}

#[test]
fn an_id_that_names_nobody_is_no_id_in_any_dialect() {
    let check = |reading: &Reading, user: Option<&str>, props: &str| {
        let read = event(reading, 0);
        assert_eq!((read.visitor, read.session), (None, None), "{props}");
        assert_eq!((read.user.as_deref(), read.props.as_str()), (user, props));
    };
    for id in ["undefined", "NULL", "NaN", "0", "[object Object]", " anonymous ", "Guest", "0000-0000"] {
        let flat = format!(r#"{{"eventType":"x","sessionId":"{id}","anonymousId":"{id}","userId":"{id}"}}"#);
        let props = format!(r#"{{"sessionId":"{id}","anonymousId":"{id}","userId":"{id}"}}"#);
        check(&read_track(flat.as_bytes(), &context()), Some(id), &props);
        let site = format!(r#"{{"site_id":"site-1","event_type":"page_view","path":"/p","user_id":"{id}"}}"#);
        check(&read_event(site.as_bytes(), &context()), Some(id), &format!(r#"{{"user_id":"{id}"}}"#));
        let metadata = format!(r#""user_metadata":{{"userId":"{id}"}}"#);
        let sent = r#""event_type":"X","event_id":"e","timestamp":1735732800000"#;
        let batch = format!(r#"{{"events":[{{{sent},{metadata}}}]}}"#);
        check(&read_track(batch.as_bytes(), &context()), Some(id), &format!("{{{metadata}}}"));
        let message = format!(
            r#"{{"event":"x","userId":"{id}","anonymousId":"{id}","context":{{"sessionId":"{id}"}}}}"#
        );
        let props = format!(r#"{{"context":{{"sessionId":"{id}"}},"userId":"{id}","anonymousId":"{id}"}}"#);
        check(&segment(Kind::Track, &message), Some(id), &props);
    }
    check(&segment(Kind::Track, r#"{"event":"x","userId":0}"#), Some("0"), r#"{"userId":0}"#);
}

#[test]
fn another_id_stands_in_for_one_that_names_nobody() {
    let visitor = |given: &str| Some(visitor_from("default", given));
    let message = segment(Kind::Track, r#"{"event":"x","anonymousId":"null","userId":"u7"}"#);
    assert_eq!(event(&message, 0).visitor, visitor("u7"));
    let message = segment(Kind::Track, r#"{"event":"x","anonymousId":"a1","userId":"undefined"}"#);
    assert_eq!(event(&message, 0).visitor, visitor("a1"));
    let flat = read_track(br#"{"eventType":"x","userId":"guest","sessionId":"s1"}"#, &context());
    let read = event(&flat, 0);
    assert_eq!((read.visitor, read.session), (visitor("s1"), Some(session_from("default", "s1"))));
}

#[test]
fn an_alias_is_of_whom_it_was_until_now() {
    let read = |kind, fields: &str| {
        let reading = segment(kind, &format!("{{{fields}}}"));
        let event = event(&reading, 0);
        (event.visitor, event.user.clone(), event.props.clone())
    };
    let visitor = |given: &str| Some(visitor_from("default", given));
    let (fields, props) = (r#""previousId":"a1","userId":"c7""#, r#"{"previousId":"a1"}"#);
    assert_eq!(read(Kind::Alias, fields), (visitor("a1"), Some("c7".to_owned()), props.to_owned()));
    assert_eq!(read(Kind::Alias, r#""previousId":"a1","userId":"c7","anonymousId":"a2""#).0, visitor("a1"));
    assert_eq!(read(Kind::Alias, r#""previousId":"null","userId":"c7","anonymousId":"a2""#).0, visitor("a2"));
    assert_eq!(read(Kind::Track, fields).0, visitor("c7"));
}

#[test]
fn flat_pages_may_be_addresses() {
    let read = |page: &str| {
        let body = format!("{{\"eventType\":\"x\",\"page\":{page}}}");
        let reading = read_track(body.as_bytes(), &context());
        let event = event(&reading, 0).clone();
        (event.host, event.path, event.utm_source, event.props)
    };
    let text = |text: &str| Some(text.to_owned());
    let sent = r#"{"$path":"/shop?a=1"}"#.to_owned();
    assert_eq!(read("\"/shop?a=1\""), (None, text("/shop"), None, sent));
    assert_eq!(read("\"https://Shop.test/a\""), (text("shop.test"), text("/a"), None, "{}".to_owned()));
    let with_query = r#""https://shop.test/a?utm_source=news%20letter&x=1""#;
    let kept = format!("{{\"page\":{with_query}}}");
    assert_eq!(read(with_query), (text("shop.test"), text("/a"), text("news letter"), kept));
    assert_eq!(read("5"), (None, None, None, "{\"page\":5}".to_owned()));
}

#[test]
fn batch_fields_can_be_rebuilt() {
    let read = |shared: &str, item: &str| {
        let body = format!("{{{shared}\"events\":[{item}]}}");
        event(&read_track(body.as_bytes(), &context()), 0).clone()
    };
    let plain = read(
        "",
        r#"{"event_id":"e1","event_type":"CLICK","timestamp":1735732800000,"page_path":"/a?b=1","page_title":"T","component_name":"C","location_type":"PAGE"}"#,
    );
    assert_eq!(plain.props, r#"{"$path":"/a?b=1"}"#);
    assert_eq!((plain.id.as_str(), plain.occurred_at.micros()), ("e1", 1_735_732_800_000_000));
    assert_eq!(plain.path.as_deref(), Some("/a"));
    let odd = read(
        r#""appName":"s","page_title":"shared","writeKey":"demo","#,
        r#"{"event_id":5,"event_type":"X","timestamp":1735732800000.0,"page_path":null,"page_title":"","user_metadata":{"userId":7,"plan":"a"},"x":1.10}"#,
    );
    assert_eq!(
        odd.props,
        r#"{"event_id":5,"timestamp":1735732800000.0,"page_path":null,"page_title":"","user_metadata":{"userId":7,"plan":"a"},"x":1.10,"appName":"s"}"#
    );
    assert_eq!((odd.id.as_str(), odd.user.as_deref(), odd.title), ("5", Some("7"), None));
    let absent = read("", r#"{"event_type":"X"}"#);
    assert_eq!(absent.props, r#"{"$absent":["event_id","timestamp"]}"#);
    assert_eq!(
        read("", r#"{"event_type":"X","timestamp":1735732800000}"#).props,
        r#"{"$absent":["event_id"]}"#
    );
    assert_eq!(
        read("", r#"{"event_type":"X","event_id":"e","$absent":1}"#).props,
        r#"{"$absent":["timestamp"]}"#
    );
    assert_eq!(
        read("", r#"{"event_type":"X","event_id":null,"timestamp":null}"#).props,
        r#"{"event_id":null,"timestamp":null}"#
    );
}

#[test]
fn site_paths_stay_as_sent() {
    let body = br#"{"site_id":"site-1","event_type":"page_view","path":"https://a.test/x?y","user_id":42,"extra":{"a":[1.0]}}"#;
    let reading = read_event(body, &context());
    let read = event(&reading, 0);
    assert_eq!((read.host.as_deref(), read.path.as_deref()), (Some("a.test"), Some("/x")));
    assert_eq!((read.user.as_deref(), read.visitor), (Some("42"), Some(visitor_from("site-1", "42"))));
    assert_eq!(read.props, r#"{"extra":{"a":[1.0]},"$path":"https://a.test/x?y"}"#);
    assert_eq!(read.occurred_at, RECEIVED_AT);
}

#[test]
fn segment_clocks_are_corrected() {
    let at = |fields: &str| {
        let body = format!("{{\"event\":\"x\",{fields}}}");
        (event(&segment(Kind::Track, &body), 0).occurred_at.micros() - RECEIVED_AT.micros()) / 1_000_000
    };
    let five_seconds = r#""timestamp":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:05Z""#;
    assert_eq!(at(five_seconds), -5);
    assert_eq!(at(r#""originalTimestamp":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:05Z""#), -5);
    assert_eq!(at(r#""timestamp":"2025-11-13T11:00:00Z""#), -3_600);
    assert_eq!(at(r#""timestamp":"2025-11-13T11:00:00Z","sentAt":"nonsense""#), -3_600);
    assert_eq!(at(r#""sentAt":"2020-01-01T00:00:05Z""#), 0);
    let batch =
        br#"{"sentAt":"2030-01-01T00:00:05Z","batch":[{"type":"page","timestamp":"2030-01-01T00:00:00Z"},
        {"type":"page","timestamp":"2030-01-01T00:00:00Z","sentAt":"2030-01-01T00:00:01Z"}]}"#;
    let reading = read_segment(None, batch, &context());
    assert_eq!(event(&reading, 0).occurred_at.micros(), RECEIVED_AT.micros() - 5_000_000);
    assert_eq!(event(&reading, 1).occurred_at.micros(), RECEIVED_AT.micros() - 1_000_000);
}

#[test]
fn segment_context_fills_columns() {
    let body = r#"{"event":"x","properties":{"a":1},"context":{"page":{"url":"https://Shop.test/p?utm_source=q&utm_medium=m","title":"T","referrer":"https://r.test/","search":"?utm_source=q","extra":1},"ip":"10.1.2.3","userAgent":"UA","sessionId":1700000000000,"locale":"de","library":{"name":"analytics.js"}},"integrations":{"All":true},"channel":"web"}"#;
    let reading = segment(Kind::Track, body);
    let kept = recorded(&reading, 0);
    let read = &kept.event;
    assert_eq!((read.host.as_deref(), read.path.as_deref()), (Some("shop.test"), Some("/p")));
    assert_eq!((read.title.as_deref(), read.referrer.as_deref()), (Some("T"), Some("https://r.test/")));
    assert_eq!((read.utm_source.as_deref(), read.utm_medium.as_deref()), (Some("q"), Some("m")));
    assert_eq!(read.session, Some(session_from("default", "1700000000000")));
    assert_eq!(kept.agent, None, "a stranger is not believed about the agent");
    assert!(kept.from_browser);
    assert!(!read.props.contains("10.1.2.3"), "no address is stored");
    assert_eq!(
        read.props,
        r#"{"a":1,"context":{"page":{"url":"https://Shop.test/p?utm_source=q&utm_medium=m","extra":1},"locale":"de","library":{"name":"analytics.js"}},"channel":"web"}"#
    );
}

#[test]
fn batch_clocks_are_corrected() {
    let at = |shared: &str, timestamp: &str| {
        let body = format!("{{{shared}\"events\":[{{\"event_type\":\"X\",\"timestamp\":{timestamp}}}]}}");
        let reading = read_track(body.as_bytes(), &context());
        let read = event(&reading, 0).clone();
        ((read.occurred_at.micros() - RECEIVED_AT.micros()) / 1_000, read.props)
    };
    let year_2020 = 1_577_836_800_000_i64;
    let sent = format!("\"sentAt\":{},", year_2020 + 5_000);
    // What was sent is given back by `GET /events`, so it is kept beside what it means.
    let props = format!("{{\"timestamp\":{year_2020},\"sentAt\":{}", year_2020 + 5_000);
    let (millis, kept) = at(&sent, &year_2020.to_string());
    assert_eq!(millis, -5_000);
    assert!(kept.starts_with(&props), "{kept}");
    assert_eq!(at("\"sentAt\":\"nonsense\",", &year_2020.to_string()).0, at("", &year_2020.to_string()).0);
    assert_eq!(at(&sent, "null").0, 0);
}

#[test]
fn a_campaign_goes_before_the_query() {
    let body = r#"{"event":"x","context":{"page":{"path":"/p","url":"https://a.test/q?utm_source=q&utm_term=t"},"campaign":{"source":"c","name":"n","id":"i1"}}}"#;
    let reading = segment(Kind::Track, body);
    let read = event(&reading, 0);
    assert_eq!((read.utm_source.as_deref(), read.utm_term.as_deref()), (Some("c"), None));
    assert_eq!((read.utm_campaign.as_deref(), read.path.as_deref()), (Some("n"), Some("/p")));
    assert!(read.props.contains(r#""campaign":{"id":"i1"}"#), "{}", read.props);
    // Where it names no source, `ref` still stands in for one.
    let body = r#"{"event":"x","context":{"page":{"url":"https://a.test/q?ref=r"},"campaign":{"name":"n"}}}"#;
    let reading = segment(Kind::Track, body);
    assert_eq!(event(&reading, 0).utm_source.as_deref(), Some("r"));
}

#[test]
fn a_page_message_brings_its_page() {
    let body = r#"{"name":"Mug","category":"Shop","properties":{"path":"/p/mug","url":"https://a.test/p/mug","title":"Mug","referrer":"","search":"","plan":"b"},"context":{"page":{"path":"/other","title":"Mug"}}}"#;
    let reading = segment(Kind::Page, body);
    let read = event(&reading, 0);
    assert_eq!((read.host.as_deref(), read.path.as_deref()), (Some("a.test"), Some("/p/mug")));
    assert_eq!((read.title.as_deref(), read.referrer.as_deref()), (Some("Mug"), None));
    assert_eq!(
        read.props,
        r#"{"plan":"b","context":{"page":{"path":"/other"}},"name":"Mug","category":"Shop"}"#
    );
    // Of a track message these are properties like any other.
    let track = segment(Kind::Track, r#"{"event":"x","properties":{"path":"/p","title":"T"}}"#);
    assert_eq!(event(&track, 0).props, r#"{"path":"/p","title":"T"}"#);
}

#[test]
fn a_click_says_what_was_clicked() {
    let body = r#"{"event":"click","properties":{"target":"Buy","component_name":"BuyButton","location_type":"COMPONENT"}}"#;
    let reading = segment(Kind::Track, body);
    let read = event(&reading, 0);
    let columns = (read.target.as_deref(), read.component.as_deref(), read.location_type.as_deref());
    assert_eq!(columns, (Some("Buy"), Some("BuyButton"), Some("COMPONENT")));
    assert_eq!(read.props, r#"{"target":"Buy","component_name":"BuyButton","location_type":"COMPONENT"}"#);
    let odd = segment(Kind::Track, r#"{"event":"x","properties":{"target":5}}"#);
    assert_eq!((event(&odd, 0).target.as_deref(), event(&odd, 0).props.as_str()), (None, r#"{"target":5}"#));
}

#[test]
fn batch_context_merges_into_each_message() {
    let body = br#"{"batch":[{"type":"page","context":{"locale":"fr","page":{"path":"/own"}}},{"type":"page","plan":"own"}],
        "context":{"locale":"de","page":{"path":"/shared"},"library":{"name":"kassa"}},"plan":"shared"}"#;
    let reading = read_segment(None, body, &context());
    let (own, shared) = (recorded(&reading, 0), recorded(&reading, 1));
    assert_eq!((own.event.path.as_deref(), shared.event.path.as_deref()), (Some("/own"), Some("/shared")));
    assert!(own.from_browser && shared.from_browser);
    assert_eq!(own.event.props, r#"{"context":{"locale":"fr","library":{"name":"kassa"}},"plan":"shared"}"#);
    assert_eq!(shared.event.props, r#"{"context":{"locale":"de","library":{"name":"kassa"}},"plan":"own"}"#);
}

#[test]
fn properties_go_before_fields_of_their_name() {
    let body = r#"{"properties":{"name":"p","context":1,"traits":2},"name":"own","traits":{"a":1},"context":{"locale":"de"}}"#;
    let reading = segment(Kind::Screen, body);
    assert_eq!(event(&reading, 0).props, r#"{"name":"p","context":1,"traits":2}"#);
    let odd = segment(
        Kind::Track,
        r#"{"event":"x","properties":[1],"context":"c","userId":{"a":1},"messageId":9}"#,
    );
    assert_eq!(event(&odd, 0).props, r#"{"properties":[1],"context":"c","userId":{"a":1}}"#);
    assert_eq!(event(&odd, 0).id, "9");
}

#[test]
fn privacy_removes_who_it_was() {
    let private = Context { private: true, ..context() };
    let flat = read_track(
        br#"{"eventType":"x","sessionId":"s","userId":"u","email":"e","deep":[{"phone":1,"ok":2}]}"#,
        &private,
    );
    let kept = event(&flat, 0);
    assert_eq!((kept.visitor, kept.session, kept.user.as_deref()), (None, None, None));
    assert_eq!(kept.props, r#"{"deep":[{"ok":2}]}"#);
    assert_eq!(recorded(&flat, 0).naming, Naming::Private, "nor does it follow a name by the address");
    let batch = read_track(
        br#"{"user":{"email":"x"},"events":[{"event_type":"CLICK","event_id":"e","timestamp":1735732800000,"user_metadata":{"userId":7},"dom_info":{"id":"b","name":"n"}}]}"#,
        &private,
    );
    assert_eq!(event(&batch, 0).props, r#"{"dom_info":{"id":"b"},"user":{}}"#);
    let segment = read_segment(
        Some(Kind::Identify),
        br#"{"userId":"u","anonymousId":"a","traits":{"email":"x"},"context":{"sessionId":"s","traits":{"a":1},"locale":"de"}}"#,
        &private,
    );
    let kept = event(&segment, 0);
    assert_eq!((kept.visitor, kept.session, kept.user.as_deref()), (None, None, None));
    assert_eq!(kept.props, r#"{"context":{"locale":"de"}}"#);
    let refused = read_track(br#"{"eventType":"x","timestamp":"soon","userId":"u","a":1}"#, &private);
    let rejected = super::super::testing::rejected(&refused, 0);
    assert_eq!(rejected.original, r#"{"eventType":"x","timestamp":"soon","a":1}"#);
    let unreadable = read_track(br#"{"userId":"u""#, &private);
    assert_eq!(super::super::testing::rejected(&unreadable, 0).original, "");
}

#[test]
fn an_event_s_id_that_tells_none_from_another_is_none() {
    for sent in
        [r#""undefined""#, r#""null""#, r#"" NaN ""#, "0", r#""00000000-0000-0000-0000-000000000000""#]
    {
        let by_batch =
            format!(r#"{{"events":[{{"event_type":"x","timestamp":1735732800000,"event_id":{sent}}}]}}"#);
        let reading = read_track(by_batch.as_bytes(), &context());
        let by_batch = event(&reading, 0);
        assert_eq!((by_batch.id.as_str(), by_batch.props.clone()), ("", format!(r#"{{"event_id":{sent}}}"#)));
        let reading = segment(Kind::Track, &format!(r#"{{"event":"x","messageId":{sent}}}"#));
        let by_segment = event(&reading, 0);
        assert_eq!(
            (by_segment.id.as_str(), by_segment.props.clone()),
            ("", format!(r#"{{"messageId":{sent}}}"#))
        );
    }
}

#[test]
fn ids_of_the_shop_are_not_a_clients() {
    let check = |sent: &str, kept: &str| {
        let by_batch = format!(r#"{{"events":[{{"event_type":"x","event_id":"{sent}"}}]}}"#);
        assert_eq!(event(&read_track(by_batch.as_bytes(), &context()), 0).id, kept);
        let by_segment = segment(Kind::Track, &format!(r#"{{"event":"x","messageId":"{sent}"}}"#));
        assert_eq!(event(&by_segment, 0).id, kept);
    };
    check("m-1", "m-1");
    check("order:0190:1", "client:order:0190:1");
    check("client:order:0190:1", "client:client:order:0190:1");
}
