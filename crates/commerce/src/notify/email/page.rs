//! The page of the mailbox: mails that went to the folder, as whoever gets them would see them. There while `email.url` is
//! `mailbox:`, for admins: mails hold what customers wrote. It has no script, and what a mail holds runs none and loads nothing.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Problem, Protected, protected};
use uuid::Uuid;

use super::url::MailUrl;
use super::{Unwritten, letter::Letter, written};
use crate::notify::delivery::{Channel, Delivery};
use crate::notify::store::{self, Filter};
use crate::notify::templates::engine::escaped;
use crate::notify::templates::moment;
use crate::refuse::{here, read};
use crate::shop::Shop;

/// Mails on the page, the newest.
const SHOWN: i64 = 50;
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("page.css");

/// The routes of the mailbox; none where mails go to a server.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() || shop.options.mail.url != MailUrl::Mailbox {
        return Protected::new();
    }
    Protected::new()
        .route("/mailbox", protected::get(show_mailbox))
        .route("/mailbox/{id}", protected::get(show_mail))
        .with_state(shop)
}

/// `GET /mailbox`: the newest mails.
async fn show_mailbox(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Response, Problem> {
    let filter = Filter { channel: Some(Channel::Email), ..Filter::default() };
    let mails = read(here(&shop.orders, "mails")?, move |tx| store::list(tx, &filter, SHOWN)).await?;
    let mut rows = String::new();
    for mail in &mails {
        let subject = letter(&shop, mail).await.map_or_else(|why| why, |letter| letter.subject);
        rows.push_str(&format!(
            "<li><a href=\"/mailbox/{}\" dir=\"auto\">{}</a><span>To {} · {} · {}</span></li>",
            escaped(&mail.id),
            escaped(&subject),
            escaped(&mail.target),
            moment(&mail.created_at.to_string()),
            mail.state.name(),
        ));
    }
    let list = if mails.is_empty() { "<p>No mail yet.</p>".to_owned() } else { format!("<ol>{rows}</ol>") };
    let said = "<p>What goes to no server, as whoever gets it sees it: the newest first.</p>";
    Ok(page("Mailbox", &format!("<h1>Mailbox</h1>{said}{list}")))
}

/// `GET /mailbox/{id}`: a mail, as text and as HTML.
async fn show_mail(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Response, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    let unknown = || Problem::not_found("no such mail".to_owned());
    let id = Uuid::try_parse(&text).map_err(|_| unknown())?.as_hyphenated().to_string();
    let found = read(here(&shop.orders, "mails")?, move |tx| store::by_id(tx, &id)).await?;
    let mail = found.filter(|mail| mail.channel == Channel::Email).ok_or_else(unknown)?;
    let Letter { subject, text, html } = match letter(&shop, &mail).await {
        Ok(letter) => letter,
        Err(why) => Letter { subject: why, text: String::new(), html: String::new() },
    };
    let body = format!(
        "<p><a href=\"/mailbox\">Mailbox</a></p><h1 dir=\"auto\">{}</h1><p>To {} · {}</p>\
         <iframe sandbox title=\"HTML\" srcdoc=\"{}\"></iframe><h2>As plain text</h2><pre dir=\"auto\">{}</pre>",
        escaped(&subject),
        escaped(&mail.target),
        moment(&mail.created_at.to_string()),
        escaped(&html),
        escaped(&text),
    );
    Ok(page(&subject, &body))
}

async fn letter(shop: &Arc<Shop>, mail: &Delivery) -> Result<Letter, String> {
    written(shop, mail).await.map_err(|why| match why {
        Unwritten::Now(why) | Unwritten::Ever(why) => why,
    })
}

fn page(title: &str, body: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>"
    );
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}
