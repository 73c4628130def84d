//! A product as search engines read it: `Product` and `Offer` of schema.org, in JSON-LD.

use kassa_model::Money;
use serde_json::{Map, Value, json};

use super::super::data::{Product, Variant};
use super::about::About;
use super::cards;

/// What is said of a product, and what each of its variants costs and whether it can be had.
pub(super) fn of(about: &About<'_>, product: &Product) -> Value {
    let url = about.absolute(&format!("/p/{}", product.slug));
    let variants = product.sold();
    let offers: Vec<Value> = variants.iter().map(|variant| offer(about, &url, variant)).collect();
    let mut said = Map::new();
    said.insert("@context".to_owned(), json!("https://schema.org"));
    said.insert("@type".to_owned(), json!("Product"));
    said.insert("name".to_owned(), json!(product.name));
    said.insert("url".to_owned(), json!(url));
    if variants.len() == 1 {
        said.insert("sku".to_owned(), json!(variants[0].sku));
    }
    if let Some(text) = &product.description {
        said.insert("description".to_owned(), json!(text));
    }
    if let Some(category) = &product.category {
        said.insert("category".to_owned(), json!(category));
    }
    let pictures = pictures(about, product);
    if !pictures.is_empty() {
        said.insert("image".to_owned(), json!(pictures));
    }
    said.insert("offers".to_owned(), json!(offers));
    Value::Object(said)
}

fn offer(about: &About<'_>, url: &str, variant: &Variant) -> Value {
    let state = match (variant.is_sold_out(), variant.left()) {
        (true, _) => "OutOfStock",
        (false, Some(_)) => "LimitedAvailability",
        (false, None) => "InStock",
    };
    let Money { currency, .. } = variant.price;
    json!({
        "@type": "Offer",
        "sku": variant.sku,
        "price": variant.price.to_decimal(),
        "priceCurrency": currency.code(),
        "availability": format!("https://schema.org/{state}"),
        "url": url,
        "seller": {"@type": "Organization", "name": about.common.shop.name},
    })
}

/// The addresses of its pictures.
pub(super) fn pictures(about: &About<'_>, product: &Product) -> Vec<String> {
    let ours = product.images.iter().map(|picture| about.absolute(&cards::address(&picture.id, 1_600)));
    let mut all: Vec<String> = ours.collect();
    if let Some(url) = product.image_url.as_ref().filter(|_| all.is_empty()) {
        all.push(if url.starts_with('/') { about.absolute(url) } else { url.clone() });
    }
    all
}
