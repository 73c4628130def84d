//! One product ordered in a browser without scripts: forms, answers as pages, one order whatever happens.

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start};
use crate::market::send;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn open_shop(kassa: &Kassa, stock: i64) {
    let mug = json!({"sku": "mug", "name": "Mug & <b>", "slug": "mug", "price": {"amount_minor": 900, "currency": "EUR"}});
    let made = send(&mut kassa.http(), "POST", "/v1/products", "mug", &mug).unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    let body = json!({"quantity": stock}).to_string();
    assert_eq!(kassa.post("/v1/inventory/mug/receive", &body).status, 200);
}

fn get(kassa: &Kassa, path: &str) -> Answer {
    kassa.http().send("GET", path, &[("accept", "text/html")], b"").unwrap()
}

fn post(kassa: &Kassa, fields: &[(String, String)], headers: &[(&str, &str)]) -> Answer {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let mut all = vec![FORM];
    all.extend_from_slice(headers);
    kassa.http().send("POST", "/checkout", &all, pairs.join("&").as_bytes()).unwrap()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// What a browser sends of the form that posts to `/checkout`, with what is filled in.
fn filled(page: &Answer, values: &[(&str, &str)]) -> Vec<(String, String)> {
    let (_, form) =
        page.body.split_once("action=\"/checkout\"").unwrap_or_else(|| panic!("no form in {}", page.body));
    let (form, _) = form.split_once("</form>").unwrap();
    let mut fields = Vec::new();
    for input in form.split("<input").skip(1) {
        let input = input.split('>').next().unwrap();
        let part = |name: &str| {
            input.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next())
        };
        let (Some(name), value) = (part("name"), part("value").unwrap_or_default()) else { continue };
        let given = values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        fields.push((name.to_owned(), given.unwrap_or_else(|| unescaped(value))));
    }
    fields
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

const ANN: [(&str, &str); 6] = [
    ("name", "Ann \"<b>\" & Co"),
    ("email", "ann@shop.test"),
    ("line1", "High Street 1"),
    ("postal_code", "12345"),
    ("city", "Town"),
    ("country", "de"),
];

fn orders(kassa: &Kassa) -> Vec<Value> {
    kassa.get("/v1/orders").json()["results"].as_array().unwrap().clone()
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").unwrap().to_owned()
}

#[test]
fn a_form_is_one_order_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    open_shop(&kassa, 2);
    let mut values = ANN.to_vec();
    values.push(("quantity", "2"));
    let product = get(&kassa, "/p/mug");
    assert!(product.body.contains("<noscript><form class=\"order-form\""), "{}", product.body);
    assert!(!product.body.contains("name=\"key\""), "a page that caches keep has no key");
    let review = post(&kassa, &filled(&product, &values), &[]);
    assert_eq!(
        (review.status, review.header("cache-control")),
        (200, Some("private, no-store")),
        "{}",
        review.body
    );
    assert!(
        review.body.contains("€18.00") && review.body.contains("Ann &quot;&lt;b&gt;&quot; &amp; Co"),
        "{}",
        review.body
    );
    assert!(orders(&kassa).is_empty());
    let fields = filled(&review, &[]);
    let link = location(&post(&kassa, &fields, &[]));
    // The last two are sold, and the same form is the same order.
    assert_eq!(location(&post(&kassa, &fields, &[])), link);
    let placed = orders(&kassa);
    assert_eq!(placed.len(), 1, "{placed:?}");
    assert_eq!(
        (&placed[0]["total"]["amount_minor"], &placed[0]["status"]),
        (&json!(1_800), &json!("confirmed"))
    );
    let order = get(&kassa, &link);
    assert_eq!((order.status, order.header("cache-control")), (200, Some("private, no-store")));
    assert_eq!(order.header("referrer-policy"), Some("no-referrer"));
    for said in [
        "Thank you, Ann &quot;&lt;b&gt;&quot; &amp; Co",
        "Mug &amp; &lt;b&gt;",
        "€18.00",
        "High Street 1",
        "aria-current=\"step\"",
    ] {
        assert!(order.body.contains(said), "{said}: {}", order.body);
    }
    let home = get(&kassa, "/").body;
    assert!(
        home.contains("<h2>Bought most</h2>") && !home.contains("<h2>New</h2>"),
        "it stands there once: {home}"
    );
    let (path, _) = link.split_once('?').unwrap();
    for wrong in [path.to_owned(), format!("{path}?k={}", "0".repeat(32)), "/order/x?k=1".to_owned()] {
        let page = get(&kassa, &wrong);
        assert!(
            page.status == 404 && page.body.contains("There is no such order"),
            "{wrong}: {}",
            page.status
        );
        assert!(!page.body.contains("ann@shop.test"));
    }
    let another = filled(&review, &[("city", "Elsewhere")]);
    let other = post(&kassa, &another, &[]);
    assert!(other.status >= 400 && orders(&kassa).len() == 1, "{other:?}");
    let sold_out = post(&kassa, &filled(&product, &values), &[]);
    assert!(sold_out.status == 422 && sold_out.body.contains("Nothing was ordered"), "{}", sold_out.body);
    assert!(kassa.stop().success());
}

#[test]
fn what_is_missing_or_has_changed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    open_shop(&kassa, 50);
    let product = get(&kassa, "/p/mug");
    let without = post(&kassa, &filled(&product, &[("name", "Ann"), ("email", "ann")]), &[]);
    assert!(
        without.status == 422 && without.body.contains("Please fill in: E-mail, Street and number"),
        "{}",
        without.body
    );
    assert!(without.body.contains("value=\"Ann\""), "what was filled in stays");
    let review = post(&kassa, &filled(&without, &ANN), &[]);
    assert_eq!(review.status, 200, "{}", review.body);
    let change = json!({"price": {"amount_minor": 1_000}}).to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(
        kassa.http().send("PATCH", "/v1/products/sku:mug", &headers, change.as_bytes()).unwrap().status,
        200
    );
    let dearer = post(&kassa, &filled(&review, &[]), &[]);
    assert!(dearer.status == 409 && dearer.body.contains("The total is €10.00 now"), "{}", dearer.body);
    assert!(orders(&kassa).is_empty());
    location(&post(&kassa, &filled(&dearer, &[]), &[]));
    assert_eq!(orders(&kassa)[0]["total"]["amount_minor"], 1_000);
    let seen = post(&kassa, &filled(&product, &ANN), &[]);
    assert!(seen.status == 409 && seen.body.contains("€10.00"), "{}", seen.body);
    for bad in ["", "what=", "%", "a=%ff", "what=900+EUR+nothing", &"x".repeat(40_000)] {
        let answer = kassa.http().send("POST", "/checkout", &[FORM], bad.as_bytes()).unwrap();
        assert!((400..500).contains(&answer.status), "{bad}: {}", answer.status);
    }
    assert_eq!(orders(&kassa).len(), 1);
    assert!(kassa.stop().success());
}

#[test]
fn a_variant_is_chosen_among_those_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let shirt = json!({"name": "Shirt", "price": {"amount_minor": 3_200, "currency": "EUR"}, "options": ["Size"], "variants": [
        {"sku": "shirt-s", "options": ["S"]}, {"sku": "shirt-m", "options": ["M"], "price": {"amount_minor": 3_500}, "track_stock": false}]});
    assert_eq!(send(&mut kassa.http(), "POST", "/v1/products", "shirt", &shirt).unwrap().status, 201);
    let product = get(&kassa, "/p/shirt");
    assert!(
        product.body.contains("<option value=\"3500 EUR shirt-m\" dir=\"auto\">M, €35.00</option>"),
        "{}",
        product.body
    );
    assert!(!product.body.contains("3200 EUR shirt-s"), "it is sold out");
    let mut fields = filled(&product, &ANN);
    fields.push(("what".to_owned(), "3500 EUR shirt-m".to_owned()));
    let review = post(&kassa, &fields, &[]);
    assert!(
        review.status == 200 && review.body.contains("Shirt, M") && review.body.contains("€35.00"),
        "{}",
        review.body
    );
    let order = get(&kassa, &location(&post(&kassa, &filled(&review, &[]), &[])));
    assert!(order.body.contains(">M</span>"), "{}", order.body);
    assert!(kassa.stop().success());
}

#[test]
fn forms_of_other_pages_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    open_shop(&kassa, 50);
    let review = post(&kassa, &filled(&get(&kassa, "/p/mug"), &ANN), &[]);
    let fields = filled(&review, &[]);
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(post(&kassa, &fields, &[foreign]).status, 403, "{foreign:?}");
    }
    assert!(orders(&kassa).is_empty());
    let own = [("origin", kassa.address.as_str()), ("sec-fetch-site", "same-origin")];
    location(&post(&kassa, &fields, &own));
    assert!(kassa.stop().success());
}
