//! Addresses in JSON texts, whole or broken.

use kassa_access::{SiteRules, Wish};

use super::*;

fn check(json: &str, expected: &str) {
    let rules = SiteRules::default();
    let hides = |key: &str, text: &str| (key == "writeKey" && text.starts_with("ks_")).then_some("(key)");
    let exceptions = Exceptions { stays: &|key| key == "page_path", hides: &hides };
    let found = scrub(json, &Addresses::new(&rules, Wish::None), &exceptions);
    assert_eq!(found.as_deref().unwrap_or(json), expected);
}

#[test]
fn finds_addresses_wherever_they_lie() {
    check(r#"{"a":1,"b":"?x=1"}"#, r#"{"a":1,"b":"?x="}"#);
    check(
        r#"{"context":{"page":{"url":"https://a.test/p?token=1","search":"?token=1"}},"n":1.50}"#,
        r#"{"context":{"page":{"url":"https://a.test/p?token=","search":"?token="}},"n":1.50}"#,
    );
    check(r#"{"image":["https:\/\/a.test\/?k=1","x"]}"#, r#"{"image":["https://a.test/?k=","x"]}"#);
    check(
        r#"{"path":"/p?token=1","page_path":"/p?token=1"}"#,
        r#"{"path":"/p?token=","page_path":"/p?token=1"}"#,
    );
    check(r#"{"referrer":"https://a.test/p?q=ann"}"#, r#"{"referrer":"https://a.test/p"}"#);
    check(r#"{"query":"mugs? yes=1"}"#, r#"{"query":"mugs? yes=1"}"#);
    check(r#"{"page_url" : "/p?ä\"=1&token=\u0041" }"#, r#"{"page_url" : "/p?token=" }"#);
    check(r#"{"title":"see you? at=home"}"#, r#"{"title":"see you? at=home"}"#);
    check(r#"{"href":"mailto:ann@example.com"}"#, r#"{"href":"mailto:"}"#);
}

/// What each of these has in it reached the disk once.
#[test]
fn an_address_is_told_by_its_looks_and_by_its_name() {
    check(r#"{"initial_referrer":"https://a.test/p?q=ann"}"#, r#"{"initial_referrer":"https://a.test/p"}"#);
    check(r#"{"$current_url":"/p?token=1"}"#, r#"{"$current_url":"/p?token="}"#);
    check(r#"{"href":"reset.php?token=1"}"#, r#"{"href":"reset.php?token="}"#);
    check(r#"{"url":"shop.test/verify/ann@example.com"}"#, r#"{"url":"shop.test/verify/(email)"}"#);
    check(r#"{"next":"/login?token=1&to=https://a.test/"}"#, r#"{"next":"/login?token=&to="}"#);
    check(r#"{"search":"token=1&utm_source=n"}"#, r#"{"search":"token=&utm_source=n"}"#);
    check(r##"{"hash":"#access_token=1"}"##, r#"{"hash":""}"#);
    check(r#"{"fragment":"access_token=1"}"#, r#"{"fragment":"access_token="}"#);
    check(r#"{"u":" https://a.test/?token=1"}"#, r#"{"u":" https://a.test/?token="}"#);
    check(r#"{"u":"\u002fp\u003ftoken=1"}"#, r#"{"u":"/p?token="}"#);
    check(r#"{"to":"https%3A%2F%2Fa.test%2F%3Ftoken%3D1"}"#, r#"{"to":"https://a.test/?token="}"#);
    check(
        r#"{"to":"https%253A%252F%252Fa.test%252F%253Ftoken%253D1"}"#,
        r#"{"to":"https://a.test/?token="}"#,
    );
    check(
        r#"{"error":"cannot fetch (https://a.test/x?token=1): 404"}"#,
        r#"{"error":"cannot fetch (https://a.test/x?token= 404"}"#,
    );
    check(
        r#"{"data":"{\"url\":\"https://a.test/?token=1\"}"}"#,
        r#"{"data":"{\"url\":\"https://a.test/?token=\"}"}"#,
    );
    check(r#"{"href":"MailTo:ann@example.com"}"#, r#"{"href":"MailTo:"}"#);
    check(r#"{"deep":{"page_path":"/p?token=1"}}"#, r#"{"deep":{"page_path":"/p?token="}}"#);
    check(r#"{"a":[{"page_path":"x"},"/p?token=1"]}"#, r#"{"a":[{"page_path":"x"},"/p?token="]}"#);
    check(r#"{"writeKey":"ks_1","key":"ks_1"}"#, r#"{"writeKey":"(key)","key":"ks_1"}"#);
}

#[test]
fn what_is_no_address_stays() {
    for json in [
        r#"{"xpath":"//div[@id='buy']/span","sel":"//a[@class='x']"}"#,
        r#"{"text":"and/or ann@example.com, 50% off? #1 = best"}"#,
        r#"{"location":"Store #5, Berlin","page":"home","link":"buy"}"#,
        r#"{"query":"a = b","search":"mug","n":1e-5}"#,
        r#"{"class":"w-1/2 p=1","date":"1/2/2026","per":"100%25"}"#,
        r#"{"image":"https://a.test/logo@2x.png","pkg":"/npm/react@18.2.0"}"#,
    ] {
        check(json, json);
    }
}

#[test]
fn reads_what_is_cut_off_or_no_json() {
    check(r#"{"url":"https://a.test/?token=s3cr"#, r#"{"url":"https://a.test/?token=""#);
    check(r#"{"url":"https://a.test/?token=s\"#, r#"{"url":"https://a.test/?token=""#);
    check(r#"{"url":"https:\/\/a.test\/?token=s\"#, r#"{"url":"https://a.test/?token=""#);
    check("{url: 'https://a.test/?token=1', n: 2}", "{url: 'https://a.test/?token= n: 2}");
    check("e=pv&url=https%3A%2F%2Fa.test%2F%3Ftoken%3D1&uid=ann%40b.test", "e=&url=&uid=");
    check("GET /p?token=1 HTTP/1.1", "GET /p?token= HTTP/1.1");
    check("<u>https://a.test/?token=1</u>", "<u>https://a.test/?token=</u>");
    for text in ["", "\"", "\\", "\"\\", "a\"b\"c", "\"\"\"", "{\"a\":"] {
        check(text, text);
    }
}
