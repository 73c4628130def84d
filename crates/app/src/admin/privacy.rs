//! A person's data, for whoever administers the shop: all that is kept of them as one document, or none of it any more.
//!
//! ```json
//! POST /v1/privacy/export {"email":"alice@shop.test"}   {"customers":[…],"orders":[…],"waiting_lists":[…],"events":[…]}
//! POST /v1/privacy/erase {"user":"42"}                  {"id":"0190…","kind":"user","counts":{"orders":2,…},…}
//! GET /v1/privacy/erasures                              {"results":[{"id":"0190…",…}]}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kassa_access::changes::Asked;
use kassa_access::{Access, Allowed, Guarded, need};
use kassa_commerce::privacy::{Erased, Subject, SubjectBody, erasures};
use kassa_commerce::problem_of;
use kassa_service::{Bare, Object, Problem, Protected, protected};
use serde::Serialize;
use serde_json::json;

use crate::open::Parts;
use crate::privacy::{Person, Whole};

/// Whoever is asked about people, one at a time.
#[derive(Debug)]
struct Privacy {
    access: Access,
    site: String,
    person: Person,
}

impl Guarded for Privacy {
    fn access(&self) -> &Access {
        &self.access
    }

    fn site(&self) -> Option<&str> {
        Some(&self.site)
    }
}

/// The routes, where there are orders.
pub(crate) fn routes(parts: &Parts) -> Protected {
    let Some(person) = Person::of(parts) else { return Protected::new() };
    let (access, site) = (parts.access.clone(), parts.config.shop.site.clone());
    Protected::new()
        .route("/v1/privacy/export", protected::post(export_person))
        .route("/v1/privacy/erase", protected::post(erase_person))
        .route("/v1/privacy/erasures", protected::get(list_erasures))
        .with_state(Arc::new(Privacy { access, site, person }))
}

async fn export_person(
    _: Allowed<need::Admin>,
    State(privacy): State<Arc<Privacy>>,
    Object(body): Object<SubjectBody>,
) -> Result<Json<Whole>, Problem> {
    let subject = Subject::try_from(body)?;
    Ok(Json(privacy.person.export(&subject).await?))
}

/// It goes on when nobody waits for it any more.
async fn erase_person(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(privacy): State<Arc<Privacy>>,
    Object(body): Object<SubjectBody>,
) -> Result<Json<Erased>, Problem> {
    let (subject, asked_by) = (Subject::try_from(body)?, caller.identity());
    // Whose data it was is what nobody is to know any more.
    let asked = Asked::of(&caller, ("POST", "/v1/privacy/erase"), &json!({}));
    let erasing = tokio::spawn(async move { privacy.person.erase(&subject, &asked_by, asked).await });
    Ok(Json(erasing.await.map_err(|_| Problem::internal())??))
}

/// A list of erasures.
#[derive(Debug, Serialize)]
struct Listed {
    results: Vec<Erased>,
}

async fn list_erasures(
    _: Allowed<need::Admin>,
    State(privacy): State<Arc<Privacy>>,
    _: Bare,
) -> Result<Json<Listed>, Problem> {
    let results = erasures(&privacy.person.db).await.map_err(|error| problem_of(&error))?;
    Ok(Json(Listed { results }))
}
