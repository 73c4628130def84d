//! Addresses: normal forms, and what is left out.

use super::*;
use crate::RuleOptions;

fn rules(json: &str) -> SiteRules {
    let options: RuleOptions = serde_json::from_str(json).unwrap();
    SiteRules::new(&options, &[]).unwrap()
}

#[test]
fn one_page_is_one_row() {
    let rules = rules("{}");
    let addresses = Addresses::new(&rules, Wish::None);
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
        assert_eq!(
            Addresses::new(&rules, Wish::None).page(sent, None, fragment),
            expected,
            "{options} {sent}"
        );
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
    check(
        r#"{"hash_routes":true,"keep_query":["id"]}"#,
        "/",
        Some("/product/?id=5&token=1"),
        "/#/product?id=5",
    );
    check(r#"{"hash_routes":true,"keep_query":["id"]}"#, "/?id=1", Some("!/?id=5"), "/?id=1#!/?id=5");
    check(r#"{"trailing_slash":"keep","hash_routes":true}"#, "/app/", Some("/cart/"), "/app/#/cart/");
    check("{}", "/#/cart", None, "/#/cart");
    let kept = r#"{"keep_query":["id","lang"]}"#;
    check(kept, "/index.php?lang=de&token=x&id=5", None, "/index.php?id=5&lang=de");
    check(kept, "/index.php?id=&token=x", None, "/index.php");
    check(kept, "/u?id=ann%40example.com", None, "/u");
    check(kept, "/u?id=ann%2540example.com&amp;lang=de", None, "/u?lang=de");
    check(r#"{"keep_query":["f[a]"]}"#, "/u?f%5Ba%5D=1", None, "/u?f[a]=1");
}

#[test]
fn keeps_names_and_no_values() {
    let rules = rules(r#"{"keep_query":["q"]}"#);
    let check = |address: &str, expected: &str, private: &str| {
        assert_eq!(Addresses::new(&rules, Wish::None).clean(address), expected, "{address}");
        assert_eq!(Addresses::new(&rules, Wish::Privacy).clean(address), private, "{address}");
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
    check(
        "/p?UTM_Source=n&amp;Ref=x&utm_id=7",
        "/p?UTM_Source=n&Ref=x&utm_id=7",
        "/p?UTM_Source=&Ref=&utm_id=",
    );
    check("/p?ref=https://b.test/?token=1", "/p?ref=", "/p?ref=");
    check("/p?ref=https%3A%2F%2Fb.test%2F%3Ftoken%3D1", "/p?ref=", "/p?ref=");
    check("/p?ref=https%3A%2F%2Fb.test%2F", "/p?ref=https%3A%2F%2Fb.test%2F", "/p?ref=");
    check("/p?eyJhbGciOiJIUzI1NiJ9=1&a=2", "/p?a=", "/p?a=");
    check("//ann:pw@a.test/p?token=1", "//a.test/p?token=", "//a.test/p?token=");
    check("/p;v=1", "/p;v=1", "/p;v=1");
    check("mailto:ann@example.com?subject=x", "mailto:", "mailto:");
    check("/a#/cart?id=1", "/a#/cart", "/a#/cart");
    check("https%3A%2F%2Fa.test%2Fp%3Fs3cr3t", "https://a.test/p", "https://a.test/p");
    check("%252Fp%253Ftoken%253D1", "/p?token=", "/p?token=");
}

#[test]
fn a_referrer_elsewhere_is_its_origin_and_path() {
    let check =
        |referrer: &str, expected: &str| assert_eq!(origin_and_path(referrer), expected, "{referrer}");
    check("https://www.google.com/search?q=mug", "https://www.google.com/search");
    check("https://u:p@mail.test/inbox/ann@b.test?x=1#y", "https://mail.test/inbox/(email)");
    check("android-app://com.google.android.gm/", "android-app://com.google.android.gm/");
    check("google.com/search?q=mug", "google.com/search");
    check("https%3A%2F%2Fa.test%2Fp%3Fs3cr3t", "https://a.test/p");
}

/// What of a path is a secret, and what looks a little like one.
#[test]
fn a_path_keeps_no_secret() {
    let rules = rules("{}");
    let addresses = Addresses::new(&rules, Wish::None);
    let check = |path: &str, expected: &str| {
        assert_eq!(addresses.clean(path), expected, "{path}");
        let page = addresses.page(path, None, None);
        assert_eq!(addresses.page(&page, None, None), page, "{path}: the normal form is its own");
        assert_eq!(page, addresses.page(expected, None, None), "{path}");
    };
    // Made by Python's secrets.token_urlsafe, token_hex, Django, Shopify and Rails.
    check("/r/Zk-R0_4f6aPq81x_Qm3-TtL9wYb2Hn5Jc8sUe7oVi1A", "/r/(token)");
    check("/r/0123456789abcdef0123456789abcdef", "/r/(token)");
    check("/r/MQ/c1x2ab-9f8e7d6c5b4a39281706f5e4d3c2b1a0/", "/r/MQ/(token)/");
    check(
        "/account/reset/6543210987/bbcfc8ff1e15cb6b54a8c8b6d2b6f4ab-1620000000",
        "/account/reset/(token)/(token)",
    );
    check("/password-reset/x7Kq2PzW", "/password-reset/(token)");
    check("/verify/12345678", "/verify/(token)");
    check("/in/eyJhbGciOiJIUzI1NiJ9", "/in/(token)");
    check("/a%2Fann%2540example.com/b", "/(email)/b");
    check("/u/ann%252540example.com", "/u/(email)");
    check("/to/https%3A%2F%2Fa.test%2Fr%2FZk-R0_4f6aPq81x_Qm3-TtL9wYb2Hn5Jc8sUe7oVi1A", "/to/(token)");
    check("/u/@x/ann@example.com", "/u/@x/(email)");
    check("/u/%40ann%20ann@example.com", "/u/(email)");
    check("/u/ann@m%C3%BCnchen.example", "/u/(email)");
    check("/p;v=1;JSESSIONID=A1;w=2", "/p;v=1;w=2");
    check("/p;token=1;v=2/x", "/p;v=2/x");
    check("/p&token=1&v=2", "/p&v=2");
    check("/reset/token=abc", "/reset/token=");
    check("/p%3Ftoken%3D1", "/p");
    check("/p%253Ftoken%253D1%2526a", "/p");
    check("/p%23access_token=1", "/p");
    check("/p%3Bjsessionid%3DA1", "/p");
    for plain in [
        "/orders/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "/the-10-best-mugs-of-2026-for-your-kitchen",
        "/samsung-ue55tu7172uxxh-55-zoll-4k-fernseher",
        "/Apple-iPhone15ProMax-256GB-Blau-Titan-Neu",
        "/TheQuickBrownFoxJumpsOverTheLazyDog-2026-11",
        "/p/12345678",
        "/reset/password",
        "/wiki/What%3F",
        "/salt&pepper",
        "/c/color=red/size=42",
        "/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%9A%E3%83%BC%E3%82%B8",
    ] {
        check(plain, plain);
    }
}

#[test]
fn a_campaign_tells_of_no_person() {
    let check = |word: &str, expected: Option<&str>| {
        assert_eq!(campaign_word(word).as_deref(), expected, "{word}");
    };
    check("newsletter", Some("newsletter"));
    check("spring mail 50%", Some("spring mail 50%"));
    check("https://l.facebook.com/", Some("https://l.facebook.com/"));
    check("https://u:p@a.test/x?token=1", Some("https://a.test/x"));
    check("a.test/x?token=1", Some("a.test/x"));
    check("https%3A%2F%2Fa.test%2F%3Ftoken%3D1", Some("https://a.test/"));
    check("/p;jsessionid=1", Some("/p"));
    check("#access_token=1", None);
    check("ann@example.com", None);
    check("ann%2540example.com", None);
    check("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", None);
}
