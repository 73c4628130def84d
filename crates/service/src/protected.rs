//! Routes that are not for everyone: their handlers ask first who is calling, or they do not compile.
//!
//! A [`Permit`] is an extractor that lets a caller in or answers 401, 403 or 404; which ones there are is `access`'s
//! business. [`get`], [`post`] and the other functions here take a handler only when a permit is its first argument, so that
//! nothing is looked at before. [`Policy::protect`](crate::Policy::protect) takes nothing but such routes.
//!
//! ```ignore
//! async fn list_orders(caller: Allowed<need::Orders>, uri: Uri) -> Response { … }
//! let routes = Protected::new().route("/v1/orders", protected::get(list_orders)).with_state(shop);
//! let router = policy.protect(RouteClass::Native, routes);
//! ```

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::handler::Handler;
use axum::middleware::from_extractor_with_state;
use axum::response::IntoResponse;
use axum::routing::{self, MethodRouter, Route};
use tower::{Layer, Service};

/// An extractor that decides whether the caller may do what the handler does, and refuses everyone else.
pub trait Permit {}

/// The arguments of a handler whose first one is a [`Permit`].
#[diagnostic::on_unimplemented(
    message = "a handler of a protected route asks first who is calling",
    note = "make a `Permit`, such as `Allowed<need::Orders>`, its first argument"
)]
pub trait AsksFirst {}

macro_rules! asks_first {
    ($($argument:ident),*) => {
        impl<M, P: Permit, $($argument),*> AsksFirst for (M, P, $($argument,)*) {}
    };
}
asks_first!();
asks_first!(A2);
asks_first!(A2, A3);
asks_first!(A2, A3, A4);
asks_first!(A2, A3, A4, A5);
asks_first!(A2, A3, A4, A5, A6);

/// Handlers of one path, by method.
#[derive(Debug, Clone)]
pub struct Methods<S>(MethodRouter<S>);

macro_rules! methods {
    ($($method:ident),*) => {
        $(
            #[doc = concat!("Answers `", stringify!($method), "` by a handler that asks first who is calling.")]
            pub fn $method<H, T, S>(handler: H) -> Methods<S>
            where
                H: Handler<T, S>,
                T: AsksFirst + 'static,
                S: Clone + Send + Sync + 'static,
            {
                Methods(routing::$method(handler))
            }
        )*

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                #[doc = concat!("Also answers `", stringify!($method), "`.")]
                #[must_use]
                pub fn $method<H, T>(self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: AsksFirst + 'static,
                {
                    Self(self.0.$method(handler))
                }
            )*
        }
    };
}
methods!(get, post, put, patch, delete);

/// Routes that only whom a [`Permit`] lets in reaches.
#[derive(Debug, Clone)]
pub struct Protected<S = ()>(Router<S>);

impl<S: Clone + Send + Sync + 'static> Protected<S> {
    /// No routes.
    pub fn new() -> Self {
        Self(Router::new())
    }

    /// Adds a path.
    #[must_use]
    pub fn route(self, path: &str, methods: Methods<S>) -> Self {
        Self(self.0.route(path, methods.0))
    }

    /// These and those.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// Gives the handlers their state.
    pub fn with_state(self, state: S) -> Protected {
        Protected(self.0.with_state(state))
    }

    /// Puts a layer around the routes; what it answers in their place it answers to anyone.
    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self(self.0.layer(layer))
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Protected<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl Protected {
    /// All of `routes` behind the permit `P`, for handlers that do not ask themselves.
    pub fn behind<P, G>(state: G, routes: Router) -> Self
    where
        P: Permit + FromRequestParts<G> + Send + 'static,
        G: Clone + Send + Sync + 'static,
    {
        Self(routes.layer(from_extractor_with_state::<P, G>(state)))
    }

    /// The plain routes, held to no class: for [`Policy::protect`](crate::Policy::protect), and for tests.
    pub fn into_router(self) -> Router {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use axum::body::Body;
    use axum::extract::State;
    use axum::http::request::Parts;
    use axum::http::{Method, Uri};
    use tower::ServiceExt;

    use super::*;
    use crate::Problem;

    /// Lets in who says please.
    struct Polite;

    impl Permit for Polite {}

    impl<S: Sync> FromRequestParts<S> for Polite {
        type Rejection = Problem;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
            let said = parts.headers.contains_key("please");
            if said { Ok(Self) } else { Err(Problem::forbidden("say please")) }
        }
    }

    /// Tells by which of two constants of the same name there is whether `T` asks first.
    struct Told<T>(PhantomData<T>);
    trait Otherwise {
        const ASKS_FIRST: bool = false;
    }
    impl<T> Otherwise for Told<T> {}
    impl<T: AsksFirst> Told<T> {
        const ASKS_FIRST: bool = true;
    }

    // The first of a handler's types is axum's own mark. Checked when the test is compiled: a handler that does not ask
    // first is none of a protected route.
    const _: () = {
        assert!(Told::<((), Polite)>::ASKS_FIRST);
        assert!(Told::<((), Polite, State<u8>, Method, Uri)>::ASKS_FIRST);
        assert!(!Told::<((), State<u8>)>::ASKS_FIRST);
        assert!(!Told::<((), Uri, Polite)>::ASKS_FIRST, "something is looked at before");
        assert!(!Told::<((),)>::ASKS_FIRST, "a handler without arguments");
    };

    #[tokio::test]
    async fn nobody_passes_without_the_permit_by_any_method() {
        async fn ask(_: Polite, method: Method) -> String {
            method.to_string()
        }
        let plain = Router::new().route("/behind", routing::get(|| async { "GET" }));
        let routes = Protected::new()
            .route("/asking", get(ask).post(ask).put(ask).patch(ask).delete(ask))
            .merge(Protected::behind::<Polite, ()>((), plain))
            .into_router();
        for (method, path, expected) in [
            ("GET", "/asking", 200),
            ("HEAD", "/asking", 200),
            ("POST", "/asking", 200),
            ("PUT", "/asking", 200),
            ("PATCH", "/asking", 200),
            ("DELETE", "/asking", 200),
            ("GET", "/behind", 200),
            ("HEAD", "/behind", 200),
        ] {
            for please in [true, false] {
                let mut request = Request::builder().method(method).uri(path);
                if please {
                    request = request.header("please", "1");
                }
                let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let expected = if please { expected } else { 403 };
                assert_eq!(answer.status(), expected, "{method} {path} please: {please}");
            }
        }
    }
}
