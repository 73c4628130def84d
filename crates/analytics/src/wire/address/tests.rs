//! Addresses: normal forms, and what is left out.

use kassa_access::{RuleOptions, SiteRules};

use super::*;

fn rules(json: &str) -> SiteRules {
    let options: RuleOptions = serde_json::from_str(json).unwrap();
    SiteRules::new(&options, &[]).unwrap()
}

#[test]
fn one_page_is_one_row() {
    let rules = rules("{}");
    let addresses = Addresses::new(&rules, false);
    let check = |sent: &str, expected: &str| {
        let page = addresses.page(sent, None, None);
        assert_eq!(page, expected, "{sent}");
        assert_eq!(addresses.page(&page, None, None), page, "{sent}: the normal form is its own");
    };
    check("/shop", "/shop");
    check("/shop/", "/shop");
    check("/", "/");
    check("", "/");
    check("//", "/");
    check("//shop//mugs//", "/shop/mugs");
    check("/a/./b/../c/.", "/a/c");
    check("/../..", "/");
    check("/%7Eann/%2e%2E/x", "/x");
    check("/caf%c3%a9", "/café");
    check("/caf%C3%A9", "/café");
    check("/café", "/café");
    check("/%E6%97%A5%E6%9C%AC", "/日本");
    check("/a%2fb", "/a%2Fb");
    check("/a b", "/a%20b");
    check("/a%20b", "/a%20b");
    check("/100%", "/100%25");
    check("/%ff%fe", "/%FF%FE");
    check("/%c3", "/%C3");
    check("/x%E2%80%AEy", "/x%E2%80%AEy");
    check("/a+b!$'()*,;=:@", "/a+b!$'()*,;=:@");
    check("/p?x=1", "/p");
    check("/p#top", "/p");
    check("/p?", "/p");
    check("/p/?token=1#access_token=2", "/p");
    check("home", "home");
    check("p/1/", "p/1");
    check("/\"<>", "/%22%3C%3E");
}

#[test]
fn a_site_says_what_its_pages_are() {
    let check = |options: &str, sent: &str, fragment: Option<&str>, expected: &str| {
        let rules = rules(options);
        assert_eq!(Addresses::new(&rules, false).page(sent, None, fragment), expected, "{options} {sent}");
    };
    check(r#"{"trailing_slash":"keep"}"#, "/shop/", None, "/shop/");
    check(r#"{"trailing_slash":"keep"}"#, "/shop//", None, "/shop/");
    check(r#"{"trailing_slash":"keep"}"#, "/shop", None, "/shop");
    check(r#"{"trailing_slash":"keep"}"#, "//", None, "/");
    check("{}", "/", Some("/cart"), "/");
    check(r#"{"hash_routes":true}"#, "/", Some("/cart/?q=1"), "/#/cart");
    check(r#"{"hash_routes":true}"#, "/app/", Some("!/p/1"), "/app#!/p/1");
    check(r#"{"hash_routes":true}"#, "/", Some("/"), "/");
    check(r#"{"hash_routes":true}"#, "/p", Some("top"), "/p");
    check("{}", "/#/cart", None, "/#/cart");
    let kept = r#"{"keep_query":["id","lang"]}"#;
    check(kept, "/index.php?lang=de&token=x&id=5", None, "/index.php?id=5&lang=de");
    check(kept, "/index.php?id=&token=x", None, "/index.php");
    check(kept, "/u?id=ann%40example.com", None, "/u");
}

#[test]
fn keeps_names_and_no_values() {
    let rules = rules(r#"{"keep_query":["q"]}"#);
    let check = |address: &str, expected: &str, private: &str| {
        assert_eq!(Addresses::new(&rules, false).clean(address), expected, "{address}");
        assert_eq!(Addresses::new(&rules, true).clean(address), private, "{address}");
    };
    check("https://a.test/p", "https://a.test/p", "https://a.test/p");
    check("https://a.test/p?token=s3", "https://a.test/p?token=", "https://a.test/p?token=");
    check(
        "https://a.test/p?utm_source=n&ref=x&q=mug&email=a%40b.c#access_token=1",
        "https://a.test/p?utm_source=n&ref=x&q=mug&email=",
        "https://a.test/p?utm_source=&ref=&q=&email=",
    );
    check("https://ann:pw@a.test:8443/p?s3cr3t", "https://a.test:8443/p", "https://a.test:8443/p");
    check("/p?c2VjcmV0=", "/p", "/p");
    check("/p?ann@example.com=1", "/p", "/p");
    check("/p?utm_content=ann@example.com", "/p?utm_content=", "/p?utm_content=");
    check("/verify/ann@example.com/x", "/verify/(email)/x", "/verify/(email)/x");
    check("/verify/ann%40example.com", "/verify/(email)", "/verify/(email)");
    check("/@mugs/@ann", "/@mugs/@ann", "/@mugs/@ann");
    let token = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    check(&format!("/reset/{token}"), "/reset/(token)", "/reset/(token)");
    check("/in/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "/in/(token)", "/in/(token)");
    check(
        "/the-10-best-mugs-of-2026-for-your-kitchen",
        "/the-10-best-mugs-of-2026-for-your-kitchen",
        "/the-10-best-mugs-of-2026-for-your-kitchen",
    );
    check("/p;jsessionid=A1B2/x", "/p/x", "/p/x");
    check("/p;v=1", "/p;v=1", "/p;v=1");
    check("mailto:ann@example.com?subject=x", "mailto:", "mailto:");
    check("/a#/cart?id=1", "/a#/cart", "/a#/cart");
}

#[test]
fn a_referrer_elsewhere_is_its_origin_and_path() {
    let check =
        |referrer: &str, expected: &str| assert_eq!(origin_and_path(referrer), expected, "{referrer}");
    check("https://www.google.com/search?q=mug", "https://www.google.com/search");
    check("https://u:p@mail.test/inbox/ann@b.test?x=1#y", "https://mail.test/inbox/(email)");
    check("android-app://com.google.android.gm/", "android-app://com.google.android.gm/");
    check("google.com/search?q=mug", "google.com/search");
}
