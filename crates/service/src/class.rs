//! Who may call a route from where: one class per route (architecture.md, "Who may call what"), and the layer that
//! holds requests to it: CORS, `Host` in open mode, JSON bodies, 405 as a problem.
//!
//! Keys and sessions are `access`'s business; this layer asks only where a request comes from.

use std::convert::Infallible;
use std::future::{Ready, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either};
use tower::{Layer, Service};

mod origin;
mod route;

pub use route::{LiveOrigins, RouteClass};

use origin::Origins;

use crate::{Peer, Problem, Protected, json, strict};

/// What the layer needs to know; made once from the configuration.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Check `Host` against DNS rebinding: in open mode, where nothing else keeps a foreign page out.
    pub check_host: bool,
    /// `server.hosts`: names under which the server is reached, beside the loopback names.
    pub hosts: Vec<String>,
    /// `cors.origins`: origins that may use the compat interfaces.
    pub cors_origins: Vec<String>,
    /// The origins of all sites, which may use the storefront's.
    pub site_origins: Vec<String>,
}

impl Policy {
    /// Holds every route of `router`, its 405s included, to `class`, one of those that ask nobody for a key.
    ///
    /// # Panics
    /// With a class that does: its routes are [`Protected`].
    pub fn apply(&self, class: RouteClass, router: Router) -> Router {
        assert!(class.is_public(), "routes of class {class:?} are Protected: Policy::protect takes them");
        self.hold(class, router, None)
    }

    /// The same, with origins that may come and go while the process runs, beside those of the policy: of sites that are
    /// made at run time.
    ///
    /// # Panics
    /// As [`apply`](Self::apply).
    pub fn apply_with(&self, class: RouteClass, router: Router, live: LiveOrigins) -> Router {
        assert!(class.is_public(), "routes of class {class:?} are Protected: Policy::protect takes them");
        self.hold(class, router, Some(live))
    }

    /// Holds every route of `routes` to `class`. What decides who may call them is theirs.
    pub fn protect(&self, class: RouteClass, routes: Protected) -> Router {
        self.hold(class, routes.into_router(), None)
    }

    fn hold(&self, class: RouteClass, router: Router, live: Option<LiveOrigins>) -> Router {
        router.layer(ClassLayer { class, origins: Arc::new(self.origins(class, live)) })
    }

    /// Whom `class` lets in.
    fn origins(&self, class: RouteClass, live: Option<LiveOrigins>) -> Origins {
        let exempt = matches!(class, RouteClass::Ingest | RouteClass::Probe);
        let lower = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| text.to_ascii_lowercase()).collect()
        };
        let listed = match class {
            RouteClass::Compat => lower(&self.cors_origins),
            RouteClass::Storefront => lower(&self.site_origins),
            _ => Vec::new(),
        };
        let mut configured = lower(&self.cors_origins);
        configured.extend(lower(&self.site_origins));
        let hosts = (self.check_host && !exempt).then(|| lower(&self.hosts));
        Origins { class, hosts, listed, configured, live }
    }
}

/// The answer to a request whose body must be read before.
type LateAnswer = BoxFuture<'static, Result<Response, Infallible>>;

#[derive(Debug, Clone)]
struct ClassLayer {
    class: RouteClass,
    origins: Arc<Origins>,
}

impl<S> Layer<S> for ClassLayer {
    type Service = Classed<S>;

    fn layer(&self, inner: S) -> Classed<S> {
        Classed { inner, class: self.class, origins: Arc::clone(&self.origins) }
    }
}

#[derive(Debug, Clone)]
struct Classed<S> {
    inner: S,
    class: RouteClass,
    origins: Arc<Origins>,
}

impl<S> Service<Request> for Classed<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Answering<Either<S::Future, LateAnswer>>, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        note_route(&request);
        let headers = request.headers();
        let judged = self.origins.judge(headers, request.extensions().get::<Peer>());
        let judged =
            judged.and_then(|grant| self.origins.judge_change(request.method(), headers).map(|()| grant));
        let grant = match judged {
            Ok(grant) => grant,
            Err(problem) => return refuse(problem.into_response()),
        };
        if request.method() == Method::OPTIONS {
            return refuse(grant.preflight(request.headers()));
        }
        if self.class.wants_json() && has_body(&request) && !json::is_json(request.headers()) {
            let problem = Problem::unsupported_media_type("the body must be sent as application/json");
            return refuse(grant.decorate(problem.into_response()));
        }
        let inner = match self.class.is_strict() && is_native_read(&request) && has_body(&request) {
            true => Either::Right(bare(self.inner.clone(), request)),
            false => Either::Left(self.inner.call(request)),
        };
        Either::Left(Answering { inner, grant })
    }
}

/// Whether it is a request to the native API of which all is said in its head.
fn is_native_read(request: &Request) -> bool {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::DELETE);
    is_read && request.uri().path().starts_with("/v1/")
}

/// Answers a read that has a body after all: 400, unless it says nothing.
fn bare<S>(mut inner: S, request: Request) -> LateAnswer
where
    S: Service<Request, Response = Response, Error = Infallible> + Send + 'static,
    S::Future: Send,
{
    Box::pin(async move {
        let (parts, body) = request.into_parts();
        match strict::read_bare(body).await {
            Err(problem) => Ok(problem.into_response()),
            Ok(()) => {
                poll_fn(|cx| inner.poll_ready(cx)).await?;
                inner.call(Request::from_parts(parts, Body::empty())).await
            }
        }
    })
}

fn refuse<F>(response: Response) -> Either<F, Ready<Result<Response, Infallible>>> {
    Either::Right(std::future::ready(Ok(response)))
}

/// Tells the server which route it is, for the metrics: the answer no longer knows.
fn note_route(request: &Request) {
    let extensions = request.extensions();
    if let (Some(peer), Some(route)) = (extensions.get::<Peer>(), extensions.get::<MatchedPath>()) {
        peer.connection.note_route(route.clone());
    }
}

fn has_body(request: &Request) -> bool {
    !request.body().is_end_stream()
}

pin_project_lite::pin_project! {
    /// The handler's future, with the class's headers put on its answer.
    #[derive(Debug)]
    pub(crate) struct Answering<F> {
        #[pin]
        inner: F,
        grant: origin::Grant,
    }
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for Answering<F> {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(response) = ready!(this.inner.poll(cx));
        let response = if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            explain_method(response)
        } else {
            response
        };
        Poll::Ready(Ok(this.grant.decorate(response)))
    }
}

/// axum's bare 405 as a problem; one that a handler shaped itself stays as it is. axum adds `Allow` after this.
fn explain_method(response: Response) -> Response {
    match response.headers().contains_key(CONTENT_TYPE) {
        true => response,
        false => Problem::method_not_allowed().into_response(),
    }
}

#[cfg(test)]
mod tests;
