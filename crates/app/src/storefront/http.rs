//! The shop's pages: those that are the same for everybody, with caching; an order's, which is nobody else's.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;

use super::asked::{Asked, Asking};
use super::data::{Common, Page};
use super::front::{Front, Visit};
use super::gather::{self, Found};
use super::write::{self, About};
use super::written::Written;
use crate::ui::{self, Packed};

/// How long a page that has moved is looked for where it is now.
const MOVED_CACHING: &str = "public, max-age=60";

pub(super) async fn show_home(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    if front.shop.catalog.is_none() {
        return to_dashboard();
    }
    show(&front, &visit, Asked::Home).await
}

pub(super) async fn show_category(
    State(front): State<Arc<Front>>,
    visit: Visit,
    slug: Result<Path<String>, PathRejection>,
) -> Response {
    let place = Asking::of(&visit.uri).place();
    show(&front, &visit, Asked::Category { slug: text_of(slug), place }).await
}

pub(super) async fn show_search(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    let asking = Asking::of(&visit.uri);
    show(&front, &visit, Asked::Search { q: asking.q(), place: asking.place() }).await
}

pub(super) async fn show_product(
    State(front): State<Arc<Front>>,
    visit: Visit,
    slug: Result<Path<String>, PathRejection>,
) -> Response {
    show(&front, &visit, Asked::Product { slug: text_of(slug) }).await
}

pub(super) async fn show_imprint(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    show(&front, &visit, Asked::Imprint).await
}

pub(super) async fn show_terms(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    show(&front, &visit, Asked::Terms).await
}

pub(super) async fn show_cart(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    show(&front, &visit, Asked::Cart).await
}

/// Every step of it: which one, the browser knows.
pub(super) async fn show_checkout(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    show(&front, &visit, Asked::Checkout).await
}

/// What stands in a path; what is no text names nothing.
fn text_of(path: Result<Path<String>, PathRejection>) -> String {
    path.map(|Path(text)| text).unwrap_or_default()
}

async fn show(front: &Front, visit: &Visit, asked: Asked) -> Response {
    match try_show(front, visit, asked).await {
        Ok(response) => response,
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => show_missing(front, visit).await,
        Err(problem) => problem.into_response(),
    }
}

async fn try_show(front: &Front, visit: &Visit, asked: Asked) -> Result<Response, Problem> {
    let origin = front.origin(visit);
    let answers = gather::answers(&front.shop, &asked).await?;
    // Now that it is known to be one.
    let address = format!("{origin}{}", asked.path());
    if let Some(page) = front.written.get(&address, &answers.0) {
        return Ok(guarded(front, page.answer(&visit.headers)));
    }
    let canonical = asked.canonical();
    match gather::found(&answers, asked)? {
        Found::Page(common, page) => {
            let about = About::new((&common, &page), (&canonical, &origin, front.site()));
            let page = Arc::new(Written::new(write::page(&about).map_err(unwritten)?, answers.0));
            front.written.keep(address, Arc::clone(&page));
            Ok(guarded(front, page.answer(&visit.headers)))
        }
        Found::Moved(path) => {
            let query = visit.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            let headers = [(LOCATION, format!("{path}{query}")), (CACHE_CONTROL, MOVED_CACHING.to_owned())];
            Ok((StatusCode::MOVED_PERMANENTLY, headers).into_response())
        }
        Found::Missing(common) => missing(front, visit, &common),
        Found::NothingSold => Ok(to_dashboard()),
    }
}

/// Who sells nothing here (yet) looks at numbers.
fn to_dashboard() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/dashboard"), (CACHE_CONTROL, "no-store")]).into_response()
}

/// The page of what there is not, with the shop around it.
pub(super) async fn show_missing(front: &Front, visit: &Visit) -> Response {
    let page = match gather::common(&front.shop).await {
        Ok(common) => missing(front, visit, &common),
        // Where there is no catalogue, there is no shop.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            Ok(ui::missing(&visit.headers, visit.uri.path()))
        }
        Err(problem) => Err(problem),
    };
    page.unwrap_or_else(Problem::into_response)
}

fn missing(front: &Front, visit: &Visit, common: &Common) -> Result<Response, Problem> {
    let origin = front.origin(visit);
    let about = About::new((common, &Page::Missing), (visit.uri.path(), &origin, front.site()));
    let html = write::page(&about).map_err(unwritten)?;
    Ok(private(front, visit, (StatusCode::NOT_FOUND, html)))
}

/// A page that nobody keeps.
pub(super) fn private(front: &Front, visit: &Visit, (status, html): (StatusCode, String)) -> Response {
    let mut response = guarded(front, Packed::page(html.into()).answer(&visit.headers));
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// With what every page says of itself.
fn guarded(front: &Front, mut response: Response) -> Response {
    ui::guard(&mut response, front.policy.clone());
    response
}

pub(super) fn unwritten(error: serde_json::Error) -> Problem {
    tracing::error!(%error, "cannot write a page's data as JSON");
    Problem::internal()
}
