//! The kinds of things by the routes that have them.

use std::sync::Arc;

use axum::http::StatusCode;
use kassa_access::{Caller, Draft, Kept, KeptKind, ShareDraft};
use kassa_service::Problem;
use serde_json::{Map, Value};

use super::check::{self, Writer};
use super::names::Names;
use super::{rules, show};
use crate::report::alerts;
use crate::report::ask::Invalid;
use crate::report::refusal::Refusal;

/// A kind of thing with routes of its own.
pub(super) trait Keeps: Send + Sync + 'static {
    /// Which.
    const KIND: KeptKind;

    /// Who may see it.
    const SEEN: Whom;

    /// Its own members.
    const MEMBERS: &'static [&'static str];

    /// What is written down of one; `instead` of the one of which id.
    fn draft(writer: Writer<'_>, instead: Option<&str>, body: Map<String, Value>) -> Result<Draft, Invalid>;

    /// Writes down a new one; how it is shown.
    fn create(
        writer: Writer<'_>,
        body: Map<String, Value>,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send {
        async move {
            let draft = Self::draft(writer, None, body)?;
            let by = writer.caller.identity();
            let kept = writer.reports.access.keep(writer.site, Self::KIND, draft, &by).await;
            Ok(show::thing(&*kept.map_err(refused)?))
        }
    }

    /// Writes down a new version; how it is shown.
    fn change(
        writer: Writer<'_>,
        kept: Arc<Kept>,
        body: Map<String, Value>,
        version: Option<i64>,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send {
        async move {
            let draft = Self::draft(writer, Some(&kept.id), body)?;
            let by = writer.caller.identity();
            let kept = writer.reports.access.change_kept(&kept, draft, &by, version).await;
            Ok(show::thing(&*kept.map_err(refused)?))
        }
    }
}

/// Who may see things of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Whoever may read, and who has a share link of the site.
    Askers,
    /// Whoever may read.
    Readers,
    /// Administrators.
    Admins,
}

impl Whom {
    /// Refuses a caller who may not see them.
    pub(super) fn check(self, caller: &Caller) -> Result<(), Refusal> {
        let why = match self {
            Self::Readers if matches!(caller, Caller::Share(_)) => "a share link does not show this",
            Self::Admins if !caller.is_admin() => "this needs a key with the scope admin",
            _ => return Ok(()),
        };
        Err(Refusal::Access(Problem::forbidden(why)))
    }
}

/// Kinds of which nothing is kept but what their draft says.
macro_rules! plain {
    ($($what:literal $name:ident, $kind:ident, $seen:ident, $members:expr, $draft:expr;)*) => {
        $(
            #[doc = $what]
            #[derive(Debug)]
            pub(super) struct $name;

            impl Keeps for $name {
                const KIND: KeptKind = KeptKind::$kind;
                const SEEN: Whom = Whom::$seen;
                const MEMBERS: &'static [&'static str] = $members;

                fn draft(
                    writer: Writer<'_>,
                    instead: Option<&str>,
                    body: Map<String, Value>,
                ) -> Result<Draft, Invalid> {
                    $draft(writer, instead, body)
                }
            }
        )*
    };
}

plain! {
    "Lists of filters with a name."
    Segments, Segment, Readers, check::SEGMENT, |writer, _, body| check::segment(writer, body);
    "Events that are to happen."
    Goals, Goal, Askers, check::GOAL, |_, _, body| check::goal(body);
    "Notes at times."
    Annotations, Annotation, Askers, check::ANNOTATION, |_, _, body| check::annotation(body);
    "What becomes of paths, and which events do not count."
    Rules, Rule, Readers, rules::MEMBERS,
    |writer: Writer<'_>, instead, body| rules::draft(&writer.reports.access, writer.site, instead, body);
    "Numbers that somebody wants to hear of."
    Alerts, Alert, Readers, alerts::MEMBERS,
    |writer: Writer<'_>, _, body| {
        alerts::draft(&Names::of(&writer.reports.access, writer.caller), writer.site, body)
    };
}

/// Links by which anyone who has one may read.
#[derive(Debug)]
pub(super) struct Shares;

impl Keeps for Shares {
    const KIND: KeptKind = KeptKind::Share;
    const SEEN: Whom = Whom::Admins;
    const MEMBERS: &'static [&'static str] = check::SHARE;

    fn draft(writer: Writer<'_>, _: Option<&str>, body: Map<String, Value>) -> Result<Draft, Invalid> {
        check::share(writer, body)
    }

    async fn create(writer: Writer<'_>, body: Map<String, Value>) -> Result<Value, Refusal> {
        let (password, by) = (check::password(&body)?, writer.caller.identity());
        let share = ShareDraft { draft: Self::draft(writer, None, body)?, password };
        let made = writer.reports.access.create_share(writer.site, share, &by).await;
        let (kept, token) = made.map_err(refused)?;
        let mut shown = show::thing(&kept);
        shown["path"] = Value::from(format!("/share/{token}"));
        shown["token"] = Value::from(token);
        Ok(shown)
    }

    async fn change(
        writer: Writer<'_>,
        kept: Arc<Kept>,
        body: Map<String, Value>,
        version: Option<i64>,
    ) -> Result<Value, Refusal> {
        let (password, by) = (check::password(&body)?, writer.caller.identity());
        let share = ShareDraft { draft: Self::draft(writer, Some(&kept.id), body)?, password };
        let kept = writer.reports.access.change_share(&kept, share, &by, version).await;
        Ok(show::thing(&*kept.map_err(refused)?))
    }
}

/// What is not written down, as it is answered.
pub(super) fn refused(error: kassa_access::ManageError) -> Refusal {
    let problem = Problem::from(error);
    match problem.status() {
        StatusCode::NOT_FOUND => Refusal::NotFound(problem.detail_text().to_owned()),
        _ => Refusal::Access(problem),
    }
}
