//! Templates of letters, listed and tried out.
//!
//! ```json
//! {"name":"order-confirmed","language":"de","own":["subject","text"],"flaws":[{"part":"text","line":3,"why":"a part begins …"}]}
//! ```
//! They are changed as files. The page of a letter's HTML runs no script and loads nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, Uri};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Json, Problem, Protected, protected};
use serde::Serialize;

use super::Written;
use super::own::{Flaw, Part};
use super::preview::{Asked, preview};
use super::words::TEMPLATES;
use crate::ids::{self, PathId};
use crate::notify::email::MailUrl;
use crate::params::Params;
use crate::refuse::here;
use crate::shop::Shop;
use crate::storefront::settings::LANGUAGES;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'; sandbox";

/// The routes of templates; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/templates", protected::get(list_templates))
        .route("/v1/templates/{name}", protected::get(get_template))
        .route("/v1/templates/{name}/page", protected::get(get_template_page))
        .with_state(shop)
}

/// A template in one language.
#[derive(Debug, Serialize)]
struct TemplateView {
    name: &'static str,
    language: &'static str,
    /// The parts that a file of the shop's own says otherwise.
    own: Vec<&'static str>,
    flaws: Vec<FlawView>,
}

#[derive(Debug, Serialize)]
struct FlawView {
    part: &'static str,
    line: Option<usize>,
    why: String,
}

#[derive(Debug, Serialize)]
struct List {
    results: Vec<TemplateView>,
    /// Where files of one's own go.
    folder: String,
    /// Whether letters go to the mailbox, and to no server.
    mailbox: bool,
}

#[derive(Debug, Serialize)]
struct PreviewView {
    #[serde(flatten)]
    template: TemplateView,
    subject: String,
    text: String,
    html: String,
}

/// `GET /v1/templates`: every letter in every language of the shop's pages.
async fn list_templates(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Json<List>, Problem> {
    let db = here(&shop.orders, "templates")?;
    let mut results = Vec::new();
    for template in TEMPLATES {
        for language in LANGUAGES {
            let asked = Asked { template, language, order_id: None };
            results.push(TemplateView::of(&asked, &preview(&shop, db, &asked).await?));
        }
    }
    let mail = &shop.options.mail;
    let (folder, mailbox) = (mail.templates.display().to_string(), mail.url == MailUrl::Mailbox);
    Ok(Json(List { results, folder, mailbox }))
}

/// `GET /v1/templates/{name}?language=&order_id=`: the letter about an example, or about an order.
async fn get_template(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = asked(path, &uri)?;
    let written = preview(&shop, here(&shop.orders, "templates")?, &asked).await?;
    let template = TemplateView::of(&asked, &written);
    let letter = written.letter;
    let view = PreviewView { template, subject: letter.subject, text: letter.text, html: letter.html };
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

/// `GET /v1/templates/{name}/page?language=&order_id=`: its HTML, to be looked at within a frame.
async fn get_template_page(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = asked(path, &uri)?;
    let written = preview(&shop, here(&shop.orders, "templates")?, &asked).await?;
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, written.letter.html).into_response())
}

fn asked(path: PathId, uri: &Uri) -> Result<Asked, Problem> {
    let params = Params::of(uri, &["language", "order_id"])?;
    let name = path_name(path)?;
    let language = match params.text("language") {
        None => LANGUAGES[0],
        Some(text) => LANGUAGES.into_iter().find(|language| *language == text).ok_or_else(|| {
            Problem::bad_request(format!("language must be one of {}", LANGUAGES.join(", ")))
        })?,
    };
    let order_id = params
        .text("order_id")
        .map(|text| ids::id(text).ok_or_else(|| Problem::bad_request("order_id must be a UUID")));
    Ok(Asked { template: name, language, order_id: order_id.transpose()? })
}

/// The name in a path: one of those that there are.
fn path_name(path: PathId) -> Result<&'static str, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    TEMPLATES.into_iter().find(|name| *name == text).ok_or_else(|| ids::unknown("template", &text))
}

impl TemplateView {
    fn of(asked: &Asked, written: &Written) -> Self {
        let flaw =
            |Flaw { part, line, why }: &Flaw| FlawView { part: part.name(), line: *line, why: why.clone() };
        Self {
            name: asked.template,
            language: asked.language,
            own: written.own.iter().copied().map(Part::name).collect(),
            flaws: written.flaws.iter().map(flaw).collect(),
        }
    }
}
