//! What search engines are told of the shop: `robots.txt`, and a sitemap (sitemaps.org), which is one of parts where there are many
//! products.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kassa_commerce::Shop;
use kassa_commerce::catalog::http::shelf;
use kassa_commerce::problem_of;
use kassa_commerce::storefront::addresses::Address;
use kassa_commerce::storefront::addresses::store::{after, parts};
use kassa_service::Problem;
use serde::Deserialize;

use super::asked::Asking;
use super::front::{Front, Visit};
use crate::ui::escape;

/// The most products in a file, which has at most 50,000 addresses; beside them there are up to a thousand categories.
const SIZE: i64 = 48_000;
/// The most files.
const PARTS_MAX: usize = 1_000;
const CACHING: &str = "public, max-age=3600";
const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// Where nobody needs to look: what is one shopper's, what is endless, what is no page.
const CLOSED: [&str; 8] =
    ["/cart", "/checkout", "/order/", "/search", "/v1/", "/dashboard", "/admin", "/login"];

pub(super) async fn show_robots(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    let closed: String = CLOSED.iter().map(|path| format!("Disallow: {path}\n")).collect();
    let sitemap = format!("Sitemap: {}/sitemap.xml\n", front.origin(&visit));
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, CACHING)];
    (headers, format!("User-agent: *\n{closed}\n{sitemap}")).into_response()
}

/// `GET /sitemap.xml`: all pages, or where its parts are; `?after=7`: one of these.
pub(super) async fn show_sitemap(State(front): State<Arc<Front>>, visit: Visit) -> Result<Response, Problem> {
    let origin = front.origin(&visit);
    let part = match Asking::of(&visit.uri).value("after") {
        "" => None,
        text => match text.parse::<i64>().ok().filter(|id| *id >= 0) {
            Some(id) => Some(id),
            None => return Err(Problem::bad_request("after must be the number of a product")),
        },
    };
    let xml = match part {
        None => whole(&front.shop, &origin, SIZE).await?,
        Some(id) => pages(&front.shop, &origin, (id, SIZE)).await?,
    };
    let headers = [(CONTENT_TYPE, "application/xml; charset=utf-8"), (CACHE_CONTROL, CACHING)];
    Ok((StatusCode::OK, headers, xml).into_response())
}

/// All pages, or where the parts of `size` are.
async fn whole(shop: &Shop, origin: &str, size: i64) -> Result<String, Problem> {
    let starts = read(shop, move |tx| parts(tx, size, PARTS_MAX)).await?;
    if let [only] = starts.as_slice() {
        return pages(shop, origin, (*only, size)).await;
    }
    let mut xml = format!("{BEGIN}<sitemapindex xmlns=\"{SPACE}\">\n");
    for start in starts {
        let _ = writeln!(xml, "<sitemap><loc>{}/sitemap.xml?after={start}</loc></sitemap>", escape(origin));
    }
    xml.push_str("</sitemapindex>\n");
    Ok(xml)
}

/// The pages of a part; with the first come those that are no product's.
async fn pages(shop: &Shop, origin: &str, (start, size): (i64, i64)) -> Result<String, Problem> {
    let mut xml = format!("{BEGIN}<urlset xmlns=\"{SPACE}\">\n");
    let origin = escape(origin);
    if start == 0 {
        let _ = writeln!(xml, "<url><loc>{origin}/</loc></url>");
        for slug in categories(shop).await? {
            let _ = writeln!(xml, "<url><loc>{origin}/c/{}</loc></url>", escape(&slug));
        }
    }
    for Address { slug, updated_at, .. } in read(shop, move |tx| after(tx, start, size)).await? {
        let slug = escape(&slug);
        let _ = writeln!(xml, "<url><loc>{origin}/p/{slug}</loc><lastmod>{updated_at}</lastmod></url>");
    }
    xml.push_str("</urlset>\n");
    Ok(xml)
}

#[derive(Debug, Deserialize)]
struct Categories {
    results: Vec<Category>,
}

#[derive(Debug, Deserialize)]
struct Category {
    slug: String,
}

async fn categories(shop: &Shop) -> Result<Vec<String>, Problem> {
    let answer = shelf::categories(shop).await?;
    let Categories { results } = serde_json::from_slice(&answer.body).map_err(super::http::unwritten)?;
    Ok(results.into_iter().map(|category| category.slug).collect())
}

async fn read<T: Send + 'static>(
    shop: &Shop,
    op: impl FnMut(&mut kassa_db::Tx<'_>) -> Result<T, kassa_db::Error> + Send + 'static,
) -> Result<T, Problem> {
    let Some(catalog) = &shop.catalog else { return Err(Problem::not_found("no catalogue here")) };
    catalog.read(op).await.map_err(|error| problem_of(&error))
}
