//! The question `GET /v1/products` asks, and the cursor that leads from one page to the next.

pub mod store;

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kassa_service::Problem;

use self::store::{After, Listing, Sort, WORDS_MAX};
use super::product::{Product, Status};
use crate::params::Params;
use crate::{page, text};

const LIMIT_DEFAULT: i64 = 30;
const LIMIT_MAX: i64 = 100;

const SORTS: [(&str, Sort); 6] = [
    ("newest", Sort::Newest),
    ("oldest", Sort::Oldest),
    ("name", Sort::Name),
    ("-name", Sort::NameDown),
    ("price", Sort::Price),
    ("-price", Sort::PriceDown),
];

/// Reads `?q=&category=&status=&sort=&limit=&cursor=&total=`; what buyers do not know is for those who may change it.
pub(crate) fn listing(uri: &Uri, is_full: bool) -> Result<(Listing, page::CountAsked), Problem> {
    let params = Params::of(uri, &["q", "category", "status", "sort", "limit", "cursor", page::TOTAL])?;
    let status = params.text("status").map_or(Ok(Status::Active), status)?;
    if status != Status::Active && !is_full {
        return Err(Problem::forbidden("status other than active needs a key with the scope catalog"));
    }
    let sort = match params.text("sort") {
        None => Sort::Newest,
        Some(text) => sort(text)?,
    };
    let listing = Listing {
        words: words(params.text("q").unwrap_or(""))?,
        category: params.text("category").map(str::to_owned),
        status,
        sort,
        after: params.text("cursor").map(|text| parse_cursor(text, sort)).transpose()?,
        limit: params.limit(LIMIT_DEFAULT, LIMIT_MAX)?,
        skipped: 0,
    };
    Ok((listing, page::CountAsked::of(&params)?))
}

/// The words of a search, each once. One with which another begins is found with it.
///
/// # Errors
/// 400 for more than [`WORDS_MAX`].
pub fn words(q: &str) -> Result<Vec<String>, Problem> {
    let folded = text::fold(q);
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if kept.iter().any(|longer| longer.starts_with(word)) {
            continue;
        }
        if kept.len() == WORDS_MAX {
            return Err(Problem::bad_request(format!("q has at most {WORDS_MAX} different words")));
        }
        kept.push(word.to_owned());
    }
    Ok(kept)
}

fn sort(text: &str) -> Result<Sort, Problem> {
    let found = SORTS.iter().find(|(name, _)| *name == text);
    found.map(|(_, sort)| *sort).ok_or_else(|| {
        let names = SORTS.map(|(name, _)| name).join(", ");
        Problem::bad_request(format!("sort must be one of {names}"))
    })
}

fn status(text: &str) -> Result<Status, Problem> {
    Status::of(text).ok_or_else(|| {
        let names = Status::ALL.map(Status::name).join(", ");
        Problem::bad_request(format!("status must be one of {names}"))
    })
}

fn name_of(sort: Sort) -> &'static str {
    SORTS.iter().find(|(_, known)| *known == sort).map_or("", |(name, _)| name)
}

/// Where the page after `last` begins. It says in which order, for it means nothing in another.
pub(crate) fn cursor(last: &Product, sort: Sort) -> String {
    let name = text::fold(&last.name);
    let text = format!("{}\n{}\n{}\n{name}", name_of(sort), last.id, last.price_from_minor);
    URL_SAFE_NO_PAD.encode(text)
}

fn parse_cursor(text: &str, sort: Sort) -> Result<After, Problem> {
    let bad =
        || Problem::bad_request("cursor must be the next_cursor of an earlier answer in the same order");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let mut parts = text.splitn(4, '\n');
    let mut next = || parts.next().ok_or_else(bad);
    let (given, id, price, name) = (next()?, next()?, next()?, next()?);
    if given != name_of(sort) || name.contains('\0') {
        return Err(bad());
    }
    let number = |text: &str| text.parse::<i64>().map_err(|_| bad());
    Ok(After { name: name.to_owned(), price_minor: number(price)?, id: number(id)? })
}
