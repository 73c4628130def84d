//! The shop's pages as a browser, a search engine and a cache between see them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start};
use crate::market::send;

/// Names that would break a page that writes them as they are.
const HOSTILE: [&str; 5] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "<!--<script> ]]> &amp; {{7*7}} __KASSA_SITE__ <!--kassa:data-->",
    "\u{202e}evil\u{2066}right to left",
    "=HYPERLINK(\"https://evil.test\")",
];

fn made(kassa: &Kassa, path: &str, body: Value) -> Value {
    let answer = send(&mut kassa.http(), "POST", path, "", &body).unwrap();
    assert_eq!(answer.status, 201, "{body}: {answer:?}");
    answer.json()
}

fn price(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "EUR"})
}

fn page(kassa: &Kassa, path: &str) -> Answer {
    kassa.http().send("GET", path, &[("accept", "text/html")], b"").unwrap()
}

/// What stands between two texts.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} behind {begin} in {text}")).0
}

fn data(page: &Answer) -> Value {
    let text = between(&page.body, "<script type=\"application/json\" id=\"data\">", "</script>");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn product_data(page: &Answer) -> Value {
    serde_json::from_str(between(&page.body, "<script type=\"application/ld+json\">", "</script>")).unwrap()
}

/// What a reader without scripts sees of it.
fn root(page: &Answer) -> &str {
    between(&page.body, "<div id=\"root\">", "<script type=\"application/json\" id=\"data\">")
}

#[test]
fn pages_say_what_the_shop_sells() {
    let folder = tempfile::tempdir().unwrap();
    let data_folder = folder.path().join("data");
    std::fs::create_dir(&data_folder).unwrap();
    let said = "name = \"Corner Goods\"\nclaim = \"Things made to be used\"\nlanguages = [\"en\", \"de\"]\nimprint = \"A\\n\\nB\"";
    std::fs::write(data_folder.join("shop.toml"), said).unwrap();
    let start = Start::up(&data_folder).env("KASSA_STOREFRONT__ORIGIN", "https://corner.test");
    let kassa = start.start();
    let desk = made(&kassa, "/v1/categories", json!({"name": "Desk & more"}));
    made(&kassa, "/v1/categories", json!({"name": "Pens", "parent_id": desk["id"]}));
    let pen = json!({"sku": "pen", "name": "Brass Pen", "category": "Pens", "price": price(3_400),
        "description": "Of brass.\n\nIt lasts.", "track_stock": false});
    made(&kassa, "/v1/products", pen);
    let shirt = json!({"name": "Linen Shirt", "price": price(3_200), "category": "Desk & more", "options": ["Size"],
        "variants": [{"sku": "shirt-s", "options": ["S"]}, {"sku": "shirt-m", "options": ["M"], "price": {"amount_minor": 3_500}}]});
    made(&kassa, "/v1/products", shirt);
    kassa.post("/v1/inventory/shirt-m/receive", r#"{"quantity":50}"#);
    for number in 0..25 {
        let mug = json!({"name": format!("Mug {number:02}"), "price": price(900 + number), "category": "Pens", "track_stock": false});
        made(&kassa, "/v1/products", mug);
    }

    let home = page(&kassa, "/");
    assert_eq!((home.status, home.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(home.body.contains("<title>Things made to be used · Corner Goods</title>"), "{}", home.body);
    assert!(home.body.contains("lang=\"en\"") && home.body.contains("data-site=\"default\""));
    assert!(home.body.contains("<link rel=\"canonical\" href=\"https://corner.test/\">"));
    let text = root(&home);
    assert!(
        text.contains("<a href=\"/p/mug-24\">") && text.contains("€9.24") && text.contains("Desk &amp; more"),
        "{text}"
    );
    let shown = data(&home);
    assert_eq!((&shown["page"], &shown["shop"]["name"]), (&json!("home"), &json!("Corner Goods")));
    assert_eq!(shown["new"].as_array().unwrap().len(), 8);
    assert_eq!(shown["new"][0]["slug"], "mug-24");
    assert_eq!(
        (&shown["categories"][0]["name"], &shown["categories"][0]["count"]),
        (&json!("Desk & more"), &json!(27))
    );

    let category = page(&kassa, "/c/desk-more");
    assert!(category.body.contains("<title>Desk &amp; more · Corner Goods</title>"));
    let list = data(&category)["list"].clone();
    assert_eq!((&list["total"], &list["pages"], &list["sort"]), (&json!(27), &json!(2), &json!("newest")));
    assert!(
        root(&category).contains("href=\"/c/desk-more?page=2\"") && root(&category).contains("Page 1 of 2")
    );
    let second = page(&kassa, "/c/desk-more?sort=price&page=2&utm_source=x");
    assert_eq!(data(&second)["list"]["products"].as_array().unwrap().len(), 3);
    assert!(second.body.contains("<link rel=\"canonical\" href=\"https://corner.test/c/desk-more?page=2\">"));
    assert!(root(&second).contains("rel=\"prev\" href=\"/c/desk-more?sort=price\""), "{}", root(&second));
    assert_eq!(page(&kassa, "/c/desk-more?page=3").status, 404);

    let found = page(&kassa, "/search?q=br%C3%A4ss%20pen");
    assert_eq!(data(&found)["list"]["products"][0]["sku"], "pen", "{}", found.body);
    assert!(found.body.contains("<meta name=\"robots\" content=\"noindex\">"));
    let nothing = page(&kassa, "/search?q=%3Cb%3Enothing");
    assert_eq!((nothing.status, &data(&nothing)["list"]["total"]), (200, &json!(0)));
    assert!(root(&nothing).contains("Nothing found for “&lt;b&gt;nothing”"));

    let product = page(&kassa, "/p/linen-shirt?variant=shirt-s&utm_source=x");
    assert!(product.body.contains("<title>Linen Shirt · Corner Goods</title>"));
    assert!(product.body.contains("<link rel=\"canonical\" href=\"https://corner.test/p/linen-shirt\">"));
    assert!(product.body.contains("<meta property=\"og:title\" content=\"Linen Shirt\">"));
    let offers = product_data(&product)["offers"].clone();
    assert_eq!(
        (&offers[0]["availability"], &offers[0]["price"]),
        (&json!("https://schema.org/OutOfStock"), &json!("32"))
    );
    assert_eq!(
        (&offers[1]["availability"], &offers[1]["price"]),
        (&json!("https://schema.org/InStock"), &json!("35"))
    );
    assert_eq!(offers[1]["url"], "https://corner.test/p/linen-shirt");
    // The first that can be had is shown.
    assert!(
        root(&product).contains("<p class=\"price\" aria-live=\"polite\">€35.00</p>"),
        "{}",
        root(&product)
    );
    let pen = page(&kassa, "/p/brass-pen");
    assert!(root(&pen).contains("<p dir=\"auto\">Of brass.</p><p dir=\"auto\">It lasts.</p>"));
    assert!(pen.body.contains("<meta name=\"description\" content=\"Of brass. It lasts.\">"));
    assert_eq!(data(&pen)["related"].as_array().unwrap().len(), 8);
    assert!(
        root(&page(&kassa, "/imprint"))
            .contains("<h1>Imprint</h1><p dir=\"auto\">A</p><p dir=\"auto\">B</p>")
    );
    assert!(root(&page(&kassa, "/terms")).contains("Nothing is written here yet."));
    for (path, kind) in [("/cart", "cart"), ("/checkout", "checkout"), ("/checkout/review", "checkout")] {
        assert_eq!(data(&page(&kassa, path))["page"], kind);
    }

    let robots = page(&kassa, "/robots.txt").body;
    assert!(
        robots.contains("Sitemap: https://corner.test/sitemap.xml") && robots.contains("Disallow: /order/")
    );
    let sitemap = page(&kassa, "/sitemap.xml");
    assert_eq!(sitemap.header("content-type"), Some("application/xml; charset=utf-8"));
    let listed: BTreeSet<&str> =
        sitemap.body.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()).collect();
    assert_eq!(listed.len(), 1 + 2 + 27, "{listed:?}");
    assert!(
        listed.contains("https://corner.test/c/pens") && listed.contains("https://corner.test/p/linen-shirt")
    );
    assert!(kassa.stop().success());
}

#[test]
fn what_is_not_sold_is_not_there_and_what_has_moved_leads_on() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let mug = made(&kassa, "/v1/products", json!({"sku": "mug", "name": "Mug", "price": price(900)}));
    made(&kassa, "/v1/products", json!({"name": "Draft", "price": price(900), "status": "draft"}));
    let gone = made(&kassa, "/v1/products", json!({"name": "Gone", "price": price(900)}));
    let path = format!("/v1/products/{}", gone["id"]);
    assert_eq!(page(&kassa, "/p/gone").status, 200);
    assert_eq!(kassa.http().send("DELETE", &path, &[], b"").unwrap().status, 204);
    let check = |path: &str| {
        let missing = page(&kassa, path);
        assert_eq!(missing.status, 404, "{path}");
        assert_eq!(
            (&data(&missing)["page"], missing.header("cache-control")),
            (&json!("missing"), Some("private, no-store"))
        );
        assert!(
            root(&missing).contains("This page does not exist") && missing.body.contains("noindex"),
            "{path}"
        );
        assert_eq!(kassa.http().send("HEAD", path, &[], b"").unwrap().status, 404, "{path}");
    };
    let overlong = format!("/p/{}", "x".repeat(5_000));
    for path in [
        "/p/draft",
        "/p/gone",
        "/p/nothing",
        "/c/nothing",
        "/p/%ff",
        "/p/%3Cscript%3E",
        "/c/Mug",
        "/p/1",
        &overlong,
    ] {
        check(path);
    }

    let change = format!("/v1/products/{}", mug["id"]);
    let body = json!({"slug": "stoneware-mug"}).to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(page(&kassa, "/p/mug").status, 200);
    assert_eq!(kassa.http().send("PATCH", &change, &headers, body.as_bytes()).unwrap().status, 200);
    for (path, expected) in
        [("/p/mug", "/p/stoneware-mug"), ("/p/mug?utm_source=x", "/p/stoneware-mug?utm_source=x")]
    {
        let moved = page(&kassa, path);
        assert_eq!((moved.status, moved.header("location")), (301, Some(expected)));
    }
    let slash = page(&kassa, "/p/stoneware-mug/?a=b");
    assert_eq!((slash.status, slash.header("location")), (308, Some("/p/stoneware-mug?a=b")));
    assert_eq!(page(&kassa, "/p/stoneware-mug").status, 200);
    assert!(kassa.stop().success());
}

#[test]
fn names_are_texts_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let put = json!({"name": HOSTILE[0], "claim": HOSTILE[1], "imprint": HOSTILE[0]}).to_string();
    let headers = [("content-type", "application/json")];
    let set = kassa.http().send("PUT", "/v1/storefront", &headers, put.as_bytes()).unwrap();
    assert_eq!(set.status, 200, "{set:?}");
    let mut paths = vec!["/".to_owned(), "/imprint".to_owned(), "/cart".to_owned(), "/p/none".to_owned()];
    paths.push("/search?q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned());
    for (number, name) in HOSTILE.into_iter().enumerate() {
        let category = made(&kassa, "/v1/categories", json!({"name": name}));
        let product = made(
            &kassa,
            "/v1/products",
            json!({"name": name, "description": name, "price": price(900),
            "category_id": category["id"], "options": [name], "variants": [
                {"sku": format!("\"><{number}"), "options": [name], "title": name},
                {"sku": format!("</script>{number}"), "options": ["other"]}]}),
        );
        let page = page(&kassa, &format!("/p/{}", product["slug"].as_str().unwrap()));
        assert_eq!((page.status, &data(&page)["product"]["name"]), (200, &json!(name)), "{name}");
        assert_eq!(product_data(&page)["name"], *name);
        paths.push(format!("/c/{}", category["slug"].as_str().unwrap()));
        paths.push(format!("/p/{}", product["slug"].as_str().unwrap()));
    }
    let long = "x".repeat(255);
    let product = made(&kassa, "/v1/products", json!({"name": long, "price": price(9_007_199_254_740_991)}));
    paths.push(format!("/p/{}", product["slug"].as_str().unwrap()));
    for path in &paths {
        let page = page(&kassa, path);
        let scripts = page.body.matches("<script").count();
        // The theme, the shop, its data; of a product what search engines read.
        let expected = if path.starts_with("/p/") && page.status == 200 { 4 } else { 3 };
        let most = if page.body.contains("/assets/") { expected } else { expected - 2 };
        assert_eq!(scripts, most, "{path}: {}", page.body);
        for bad in ["<img src=x", "onerror=alert(1)>", "alert(1)</script>", "<script>alert"] {
            assert!(!page.body.contains(bad), "{path}: {bad}");
        }
        let title = between(&page.body, "<title>", "</title>");
        assert!(!title.contains('\u{202e}') && !title.contains('<'), "{title}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"));
        data(&page);
    }
    assert!(kassa.stop().success());
}

#[test]
fn caches_keep_what_is_everybody_s_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    made(&kassa, "/v1/products", json!({"sku": "mug", "name": "Mug", "price": price(900)}));
    kassa.post("/v1/inventory/mug/receive", r#"{"quantity":3}"#);
    let ask = |path: &str, headers: &[(&str, &str)]| kassa.http().send("GET", path, headers, b"").unwrap();
    for path in ["/", "/p/mug", "/search?q=mug", "/cart", "/imprint"] {
        let page = ask(path, &[]);
        let caching = page.header("cache-control").unwrap();
        assert_eq!(caching, "public, max-age=1, s-maxage=10", "{path}");
        assert!(
            page.header("set-cookie").is_none() && page.header("vary").unwrap().contains("accept-encoding")
        );
        let etag = page.header("etag").unwrap().to_owned();
        assert_eq!(ask(path, &[("cookie", "kassa=x"), ("accept-language", "de")]).body, page.body, "{path}");
        let known = ask(path, &[("if-none-match", &etag), ("accept-encoding", "gzip")]);
        assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", Some(etag.as_str())));
        let head = kassa.http().send("HEAD", path, &[], b"").unwrap();
        assert_eq!((head.status, head.header("etag")), (200, Some(etag.as_str())), "{path}");
        let zipped = kassa.http().send("HEAD", path, &[("accept-encoding", "gzip")], b"").unwrap();
        assert_eq!(zipped.header("content-encoding"), Some("gzip"), "{path}");
        let length = |answer: &Answer| answer.header("content-length").unwrap().parse::<usize>().unwrap();
        assert!(length(&zipped) < length(&head), "{path}");
    }
    let before = ask("/p/mug", &[]);
    assert!(root(&before).contains("Only 3 left"), "{}", root(&before));
    kassa.post("/v1/inventory/mug/receive", r#"{"quantity":50}"#);
    let after = ask("/p/mug", &[("if-none-match", before.header("etag").unwrap())]);
    assert!(after.status == 200 && root(&after).contains("In stock"), "{after:?}");
    let order = ask("/order/00000000-0000-0000-0000-000000000000?k=x", &[]);
    assert_eq!(order.header("cache-control"), Some("private, no-store"));
    assert_eq!(
        (order.header("referrer-policy"), order.header("x-robots-tag")),
        (Some("no-referrer"), Some("noindex"))
    );
    let tracker = kassa.http().send("HEAD", "/kassa.js", &[("accept-encoding", "gzip")], b"").unwrap();
    if tracker.status == 200 {
        assert_eq!(
            (tracker.header("content-encoding"), tracker.header("vary")),
            (Some("gzip"), Some("accept-encoding"))
        );
    }
    assert!(kassa.stop().success());
}

#[test]
fn what_is_said_of_the_shop_shows_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    made(&kassa, "/v1/products", json!({"name": "Mug", "price": price(123_450)}));
    assert!(page(&kassa, "/").body.contains("<title>Shop</title>"));
    let body = json!({"name": "Ecke", "languages": ["de"], "colour": "#8a3b12"}).to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(kassa.http().send("PUT", "/v1/storefront", &headers, body.as_bytes()).unwrap().status, 200);
    let home = page(&kassa, "/");
    assert!(home.body.contains("<title>Ecke</title>") && home.body.contains("lang=\"de\""), "{}", home.body);
    assert!(root(&home).contains("1.234,50\u{a0}€") && home.body.contains("content=\"#8a3b12\""));
    assert_eq!(data(&home)["shop"]["languages"], json!(["de"]));
    assert!(kassa.stop().success());
}

/// Eight pixels by six of one colour.
const PICTURE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x08\x00\x00\x00\x06\x08\x02\x00\x00\x00\x71\x67\x48\xac\x00\x00\x00\x11\x49\x44\x41\x54\x78\xda\x63\x50\x68\x38\x80\x15\x31\x0c\xa4\x04\x00\x39\xb3\x42\x01\xae\x1f\x8c\xb9\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

#[test]
fn pictures_stand_in_pages_in_all_their_widths() {
    let folder = tempfile::tempdir().unwrap();
    let start =
        Start::up(&folder.path().join("data")).env("KASSA_STOREFRONT__IMAGE_ORIGINS", "https://cdn.test");
    let kassa = start.start();
    let taken = kassa.http().send("POST", "/v1/assets", &[("content-type", "image/png")], PICTURE).unwrap();
    assert_eq!(taken.status, 201, "{taken:?}");
    let asset = taken.json()["id"].as_str().unwrap().to_owned();
    made(
        &kassa,
        "/v1/products",
        json!({"name": "Mug", "price": price(900), "images": [{"id": asset, "alt": "\"A <mug>"}]}),
    );
    made(
        &kassa,
        "/v1/products",
        json!({"name": "Cup", "price": price(900), "image_url": "https://cdn.test/cup.png"}),
    );
    let product = page(&kassa, "/p/mug");
    let set = format!(
        "srcset=\"/assets/i/{asset}-320 320w, /assets/i/{asset}-640 640w, /assets/i/{asset}-960 960w, "
    );
    let text = root(&product);
    assert!(text.contains(&set) && text.contains("width=\"8\" height=\"6\""), "{text}");
    assert!(
        text.contains("alt=\"&quot;A &lt;mug&gt;\"") && text.contains("fetchpriority=\"high\""),
        "{text}"
    );
    assert_eq!(data(&product)["product"]["images"][0]["id"], *asset);
    let address = format!("{}/assets/i/{asset}", kassa.address);
    assert!(product.body.contains(&format!("<meta property=\"og:image\" content=\"{address}-960\">")));
    assert_eq!(product_data(&product)["image"], json!([format!("{address}-1600")]));
    let file = kassa.http().send("HEAD", &format!("/assets/i/{asset}-640"), &[], b"").unwrap();
    assert_eq!(file.status, 200, "{file:?}");
    let home = page(&kassa, "/");
    assert!(
        root(&home).contains("src=\"https://cdn.test/cup.png\"") && root(&home).contains(&set),
        "{}",
        root(&home)
    );
    assert!(
        home.header("content-security-policy").unwrap().contains("img-src 'self' data: https://cdn.test;")
    );
    assert!(kassa.stop().success());
}
