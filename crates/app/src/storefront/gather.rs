//! What a page shows, from the answers of the API: first the answers, by which it is known whether the page was written already,
//! then what they say.

use std::sync::Arc;

use kassa_commerce::Shop;
use kassa_commerce::catalog::http::shelf::{self, CachedAnswer};
use kassa_commerce::catalog::listing::store::{Listing, Sort};
use kassa_commerce::catalog::listing::words;
use kassa_commerce::storefront;
use kassa_service::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::asked::{Asked, Place};
use super::data::{Category, Common, List, Order, Page, Product};

/// Products on a page of a list.
const PAGE_SIZE: i64 = 24;
/// Products of each kind on the first page.
const HOME_SIZE: i64 = 8;

/// The answers that a page is made of: what every page knows, then what is its own.
#[derive(Debug)]
pub(super) struct Answers(pub(super) Vec<Arc<CachedAnswer>>);

/// What becomes of a page that was asked for.
#[derive(Debug)]
pub(super) enum Found {
    Page(Common, Box<Page>),
    /// It is there now.
    Moved(String),
    /// There is none.
    Missing(Common),
    /// The shop sells nothing (yet).
    NothingSold,
}

/// Reads what the page is made of. A page that is its own answer's business, such as one of a product that there is not, ends
/// here as that answer does.
pub(super) async fn answers(shop: &Shop, asked: &Asked) -> Result<Answers, Problem> {
    let mut answers = common_answers(shop).await?;
    match asked {
        Asked::Home => {
            // Twice as many: what is bought most may be among them.
            answers.push(shelf::products(shop, Listing::all(Sort::Newest, 2 * HOME_SIZE)).await?);
            answers.push(shelf::bought(shop, HOME_SIZE).await?);
        }
        Asked::Category { slug, .. } if !is_slug(slug) => return Err(Problem::not_found("no such category")),
        Asked::Category { slug, place } => {
            let listing = Listing { category: Some(slug.clone()), ..listing(*place) };
            answers.push(shelf::products(shop, listing).await?);
        }
        Asked::Search { q, place } => {
            // More words than a search has find nothing, and so does none.
            answers.push(shelf::best(shop, HOME_SIZE).await?);
            if let Some(words) = words(q).ok().filter(|words| !words.is_empty()) {
                answers.push(shelf::products(shop, Listing { words, ..listing(*place) }).await?);
            }
        }
        Asked::Product { slug } => {
            let name = format!("slug:{slug}");
            answers.push(shelf::product(shop, &name).await?);
            answers.push(shelf::related(shop, &name).await?);
        }
        Asked::Imprint | Asked::Terms | Asked::Cart | Asked::Checkout => {}
    }
    Ok(Answers(answers))
}

/// The answers that every page is made of.
async fn common_answers(shop: &Shop) -> Result<Vec<Arc<CachedAnswer>>, Problem> {
    Ok(vec![storefront::http::read(shop).await?, shelf::categories(shop).await?])
}

/// Whether it can be one: what else stands in an address names nothing, and the database need not be asked.
fn is_slug(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// What every page knows.
pub(super) async fn common(shop: &Shop) -> Result<Common, Problem> {
    common_of(&common_answers(shop).await?)
}

fn listing(place: Place) -> Listing {
    let sort = match place.sort {
        Order::Newest => Sort::Newest,
        Order::Price => Sort::Price,
        Order::PriceDown => Sort::PriceDown,
        Order::Name => Sort::Name,
    };
    Listing { skipped: (place.page - 1) * PAGE_SIZE, ..Listing::all(sort, PAGE_SIZE) }
}

/// What the answers say.
pub(super) fn found(answers: &Answers, asked: Asked) -> Result<Found, Problem> {
    let common = common_of(&answers.0)?;
    let own = &answers.0[2..];
    let page = match asked {
        Asked::Home => match products(own.first())? {
            (new, _) if new.is_empty() => return Ok(Found::NothingSold),
            (mut new, _) => {
                let (best, _) = products(own.get(1))?;
                new.retain(|product| best.iter().all(|known| known.id != product.id));
                new.truncate(usize::try_from(HOME_SIZE).unwrap_or_default());
                Page::Home { new, best }
            }
        },
        Asked::Category { slug, place } => {
            let category = common.categories.iter().find(|category| category.slug == slug).cloned();
            let list = list(own.first(), place)?;
            match (category, list) {
                (Some(category), Some(list)) => Page::Category { category, list },
                _ => return Ok(Found::Missing(common)),
            }
        }
        Asked::Search { q, place } => match list(own.get(1), place)? {
            Some(list) if list.total > 0 => Page::Search { q, list, best: Vec::new() },
            // What was not found leads on.
            Some(list) => Page::Search { q, list, best: products(own.first())?.0 },
            None => return Ok(Found::Missing(common)),
        },
        Asked::Product { slug } => {
            let product: Product = parsed(own.first())?;
            if product.slug != slug {
                return Ok(Found::Moved(format!("/p/{}", product.slug)));
            }
            Page::Product { product: Box::new(product), related: products(own.get(1))?.0 }
        }
        Asked::Imprint => Page::Imprint { text: common.shop.imprint.clone().unwrap_or_default() },
        Asked::Terms => Page::Terms { text: common.shop.terms.clone().unwrap_or_default() },
        Asked::Cart => Page::Cart,
        Asked::Checkout => Page::Checkout,
    };
    Ok(Found::Page(common, Box::new(page)))
}

/// An answer's page of a list.
#[derive(Debug, Deserialize)]
struct Results<T> {
    results: Vec<T>,
    total: Option<i64>,
    total_exact: Option<bool>,
}

fn common_of(answers: &[Arc<CachedAnswer>]) -> Result<Common, Problem> {
    let categories: Results<Category> = parsed(answers.get(1))?;
    Ok(Common { shop: parsed(answers.first())?, categories: categories.results })
}

/// Products of a list, without the texts that it does not show; and how many there are.
fn products(answer: Option<&Arc<CachedAnswer>>) -> Result<(Vec<Product>, (i64, bool)), Problem> {
    let Some(answer) = answer else { return Ok((Vec::new(), (0, true))) };
    let Results { mut results, total, total_exact }: Results<Product> = parsed(Some(answer))?;
    results.iter_mut().for_each(|product| product.description = None);
    Ok((results, (total.unwrap_or(0), total_exact.unwrap_or(true))))
}

/// That page of a list; none behind its last.
fn list(answer: Option<&Arc<CachedAnswer>>, Place { sort, page }: Place) -> Result<Option<List>, Problem> {
    let (products, (total, total_exact)) = products(answer)?;
    let pages = (total + PAGE_SIZE - 1) / PAGE_SIZE;
    if page > pages.max(1) {
        return Ok(None);
    }
    Ok(Some(List { products, total, total_exact, page, pages, sort }))
}

fn parsed<T: DeserializeOwned>(answer: Option<&Arc<CachedAnswer>>) -> Result<T, Problem> {
    let body = answer.map(|answer| answer.body.as_ref()).unwrap_or_default();
    serde_json::from_slice(body).map_err(|error| {
        tracing::error!(%error, "an answer of the catalogue is not what its pages take");
        Problem::internal()
    })
}
