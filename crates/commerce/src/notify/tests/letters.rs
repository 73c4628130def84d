//! What letters say, whoever writes into what they are about.

use kassa_db::testing::Folder;
use serde_json::{Value, json};

use crate::notify::email::letter::Letter;
use crate::notify::templates::{About, TEMPLATES, letter};

fn about(language: &str) -> About {
    About {
        name: "Corner & Co".to_owned(),
        imprint: Some("Corner Street 1".to_owned()),
        language: language.to_owned(),
        origin: Some("https://shop.test".to_owned()),
        order_path: Some("/order/0190a000?k=ab".to_owned()),
    }
}

/// An event in which every text is `text`.
fn event(text: &str) -> Value {
    let eur = |amount_minor: i64| json!({"amount_minor": amount_minor, "currency": "EUR"});
    json!({"id": "o:1", "type": "x",
        "order": {"id": "o", "number": 7, "total": eur(123_450), "refunded": eur(500),
            "items": [{"sku": "mug", "name": text, "variant_title": text, "quantity": 2, "total": eur(123_450)}],
            "customer": {"name": text, "email": text}},
        "fulfilment": {"number": 1, "status": "shipped", "carrier": text, "tracking_number": text,
            "tracking_url": "https://dhl.test/?a=1&b=2", "lines": [{"sku": "mug", "quantity": 1}, {"sku": text, "quantity": 1}]},
        "stock": {"sku": text, "on_hand": 4, "low_stock_at": 5},
        "product": {"sku": text, "name": text, "slug": "mug"}, "message": text})
}

async fn written(folder: &Folder, language: &str, template: &str, event: &Value) -> Letter {
    letter(folder.path(), &about(language), template, event).await.unwrap()
}

#[tokio::test]
async fn says_what_happened_in_each_language() {
    let folder = Folder::new();
    let check = async |language: &str, template: &str, subject: &str, parts: &[&str]| {
        let Letter { subject: found, text, html } = written(&folder, language, template, &event("Mug")).await;
        assert_eq!(found, subject, "{language} {template}");
        for part in parts {
            assert!(text.contains(part), "{language} {template}: {part}: {text}");
        }
        assert!(html.contains(&format!("lang=\"{language}\"")) && html.contains("Corner &amp; Co"), "{html}");
        assert!(!text.contains("{{") && !html.contains("{{"), "{language} {template}: {text}");
    };
    let (en, de, ar) = ("en", "de", "ar");
    let order = "https://shop.test/order/0190a000?k=ab";
    check(
        en,
        "order-confirmed",
        "Your order 7 at Corner & Co",
        &["Hello Mug,", "2 × Mug, Mug: 1,234.50\u{a0}EUR", "Total: ", order],
    )
    .await;
    check(de, "order-confirmed", "Ihre Bestellung 7 bei Corner & Co", &["Summe: 1.234,50\u{a0}EUR"]).await;
    check(ar, "order-confirmed", "طلبك 7 لدى Corner & Co", &["المجموع: 1,234.50"]).await;
    check(
        en,
        "order-shipped",
        "Your order 7 is on its way",
        &["1 × Mug", "Tracking number: Mug", "https://dhl.test/?a=1&b=2"],
    )
    .await;
    check(en, "order-refunded", "Money back for your order 7", &["5.00\u{a0}EUR in all"]).await;
    refunds_say_what_goes_back(&folder).await;
    check(en, "back-in-stock", "Mug is back", &["https://shop.test/p/mug"]).await;
    check(en, "staff-stock-low", "Low stock: Mug", &["there are 4 left", "from 5 on"]).await;
    check(de, "staff-new-order", "Neue Bestellung 7: 1.234,50\u{a0}EUR", &["von Mug (Mug):"]).await;
    let html = written(&folder, ar, "order-confirmed", &event("Mug")).await.html;
    assert!(html.contains("dir=\"rtl\""), "{html}");
    assert!(letter(folder.path(), &about(en), "../../etc/passwd", &event("x")).await.is_err());
}

async fn refunds_say_what_goes_back(folder: &Folder) {
    let check = async |language: &str, amount_minor: i64, expected: &str| {
        let mut event = event("Mug");
        event["refund"] = json!({"amount": {"amount_minor": amount_minor, "currency": "EUR"}});
        let Letter { text, html, .. } = written(folder, language, "order-refunded", &event).await;
        assert!(text.contains(expected) && html.contains(expected), "{language} {expected}: {text}");
    };
    check("en", 200, "paid back 2.00\u{a0}EUR, 5.00\u{a0}EUR in all.").await;
    check("en", 500, "paid back 5.00\u{a0}EUR.").await;
    check("en", 0, "paid back 5.00\u{a0}EUR in all.").await;
    check("de", 200, "haben wir 2,00\u{a0}EUR erstattet, insgesamt 5,00\u{a0}EUR.").await;
    check("ar", 200, "2.00\u{a0}EUR").await;
}

/// Whatever somebody calls themselves or their goods, it is read and not obeyed.
#[tokio::test]
async fn what_others_wrote_is_read_and_not_obeyed() {
    let folder = Folder::new();
    let evil = [
        "</td></table><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "{{order.total}}{{#items}}{{/items}}{{",
        "a\r\nBcc: eve@b.test\r\n\r\nbody",
        "\u{202e}txt.exe\u{0}",
        "javascript:alert(1)",
        &"x".repeat(5_000),
    ];
    for text in evil {
        for template in TEMPLATES {
            for language in ["en", "ar"] {
                let letter = written(&folder, language, template, &event(text)).await;
                let Letter { subject, text: plain, html } = letter;
                assert!(
                    !subject.chars().any(char::is_control) && subject.chars().count() <= 200,
                    "{subject:?}"
                );
                assert!(
                    !html.contains("<script") && !html.contains("\" onmouseover=\"alert"),
                    "{template}: {html}"
                );
                assert!(!html.contains("href=\"javascript:"), "{template}: {html}");
                assert!(
                    !html.contains('\u{202e}') && !plain.contains(['\u{202e}', '\r', '\u{0}']),
                    "{template}: {plain}"
                );
            }
        }
    }
}

#[tokio::test]
async fn an_owners_template_goes_before_and_reaches_nothing_else() {
    let folder = Folder::new();
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join("en")).unwrap();
        std::fs::write(folder.path().join("en").join(name), text).unwrap();
    };
    let built_in = written(&folder, "en", "order-confirmed", &event("Ann")).await;
    write(
        "order-confirmed.txt",
        "Subject: Thanks {{customer.name}}\r\n\r\nNo {{order.number}} {{> /etc/passwd}}{{include}}.",
    );
    let own = written(&folder, "en", "order-confirmed", &event("Ann")).await;
    assert_eq!((own.subject.as_str(), own.text.as_str()), ("Thanks Ann", "No 7 ."));
    assert_eq!(own.html.replace("Thanks Ann", &built_in.subject.replace('&', "&amp;")), built_in.html);
    write("order-confirmed.html", "<p title=\"{{customer.name}}\">{{order.total}}</p>");
    let own = written(&folder, "en", "order-confirmed", &event("\"><b>")).await;
    assert_eq!(own.html, "<p title=\"&quot;&gt;&lt;b&gt;\">1,234.50\u{a0}EUR</p>");
    assert_eq!(own.subject, "Thanks \"><b>");
    // One that cannot be filled holds nothing up.
    write("order-confirmed.txt", "Subject: {{#open}}\n{{never");
    let broken = written(&folder, "en", "order-confirmed", &event("Ann")).await;
    assert_eq!((broken.subject, broken.text), (built_in.subject, built_in.text));
    let german = written(&folder, "de", "order-confirmed", &event("Ann")).await;
    assert!(german.subject.starts_with("Ihre Bestellung"), "{}", german.subject);
}
