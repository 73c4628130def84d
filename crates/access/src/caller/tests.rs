//! Keys: missing, wrong, limited, all-powerful.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use kassa_service::RouteClass;
use sha2::{Digest, Sha256};

use super::{Caller, Denied};
use crate::{Access, Error, Mode, Options, Scope, Scopes, SecretKeyOptions};

fn key(name: &str, secret: &str, site: Option<&str>) -> SecretKeyOptions {
    let sha256 = Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect();
    SecretKeyOptions { name: name.to_owned(), sha256, site: site.map(str::to_owned) }
}

fn access(mode: Mode) -> Access {
    let options = Options {
        admin_token: "admin-token-1".to_owned(),
        secret_keys: vec![key("all", "sk_all", None), key("shop", "sk_shop", Some("shop"))],
        compat_open: vec!["a".to_owned()],
        internal_token: "between-roles".to_owned(),
        ..Options::default()
    };
    Access::open(&options, mode, tempfile::tempdir().unwrap().path()).unwrap()
}

fn headers(authorization: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !authorization.is_empty() {
        headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
    }
    headers
}

fn named(name: &str, site: Option<&str>) -> Caller {
    let scopes = if site.is_some() { "read collect" } else { "read catalog inventory orders collect" };
    let scopes = Scopes::parse(scopes.split(' ')).unwrap();
    Caller::Key {
        id: format!("config:{name}"),
        name: name.to_owned(),
        site: site.map(str::to_owned),
        scopes,
        session: false,
    }
}

#[test]
fn closed_mode_wants_a_known_key() {
    let access = access(Mode::Closed);
    for class in [RouteClass::Native, RouteClass::Compat] {
        let check = |authorization: &str, expected: Result<Caller, Denied>| {
            assert_eq!(access.authorize(&headers(authorization), class), expected, "{authorization}");
        };
        check("", Err(Denied::Missing));
        check("Bearer", Err(Denied::Missing));
        check("Bearer ", Err(Denied::Missing));
        check("Basic c2tfYWxsOg==", Err(Denied::Missing));
        check("sk_all", Err(Denied::Missing));
        check("Bearer nope", Err(Denied::Wrong));
        check("Bearer sk_al", Err(Denied::Wrong));
        check("Bearer sk_alll", Err(Denied::Wrong));
        check("Bearer between-roles", Err(Denied::Wrong));
        check("Bearer sk_all", Ok(named("all", None)));
        check("bearer sk_shop", Ok(named("shop", Some("shop"))));
        check("BEARER  admin-token-1", Ok(Caller::Admin));
    }
    for class in [RouteClass::Ingest, RouteClass::Storefront, RouteClass::Probe] {
        assert_eq!(access.authorize(&headers("Bearer nope"), class), Ok(Caller::Public));
    }
}

#[test]
fn the_hash_of_a_key_is_no_key() {
    let access = access(Mode::Closed);
    let hash = key("", "sk_all", None).sha256;
    let caller = access.authorize(&headers(&format!("Bearer {hash}")), RouteClass::Native);
    assert_eq!(caller, Err(Denied::Wrong));
}

#[test]
fn open_mode_lets_everyone_in_but_not_between_roles() {
    let access = access(Mode::Open);
    assert_eq!(access.authorize(&headers(""), RouteClass::Native), Ok(Caller::Open));
    assert_eq!(access.authorize(&headers("Bearer nope"), RouteClass::Compat), Ok(Caller::Open));
    assert_eq!(access.authorize(&headers(""), RouteClass::Internal), Err(Denied::Missing));
    assert_eq!(access.authorize(&headers("Bearer admin-token-1"), RouteClass::Internal), Err(Denied::Wrong));
    let caller = access.authorize(&headers("Bearer between-roles"), RouteClass::Internal);
    assert_eq!(caller, Ok(Caller::Internal));
    let nobody = Access::open(&Options::default(), Mode::Open, tempfile::tempdir().unwrap().path()).unwrap();
    assert_eq!(nobody.authorize(&headers("Bearer x"), RouteClass::Internal), Err(Denied::Wrong));
}

#[test]
fn dialects_that_are_opened_need_no_key() {
    let access = access(Mode::Closed);
    let ask =
        |authorization: &str, dialect: &str| access.authorize_compat(&headers(authorization), &[dialect]);
    assert_eq!(ask("", "A"), Ok(Caller::Public));
    assert_eq!(ask("", "E"), Err(Denied::Missing));
    assert_eq!(ask("Bearer nope", "A"), Err(Denied::Wrong));
    assert_eq!(ask("Bearer sk_shop", "A"), Ok(named("shop", Some("shop"))));
}

#[test]
fn a_key_of_one_site_sees_no_other() {
    let limited = named("shop", Some("shop"));
    assert!(limited.may_read("shop") && !limited.may_read("default") && !limited.is_admin());
    assert_eq!(limited.only_site(), Some("shop"));
    assert!(limited.require_site("shop").is_ok());
    assert_eq!(limited.require_site("default").unwrap_err().status(), 404);
    for caller in [Caller::Admin, Caller::Open] {
        assert!(caller.may_read("default") && caller.is_admin() && caller.only_site().is_none());
    }
    assert!(!named("all", None).is_admin() && named("all", None).may_read("default"));
}

#[test]
fn scopes_by_caller() {
    let check = |caller: &Caller, expected: &str| {
        let may = Scope::ALL.into_iter().filter(|scope| caller.may(*scope)).map(Scope::name);
        assert_eq!(may.collect::<Vec<_>>().join(" "), expected, "{caller:?}");
        for scope in Scope::ALL {
            assert_eq!(
                caller.require(scope).map_err(|p| p.status().as_u16()),
                caller.may(scope).then_some(()).ok_or(403)
            );
        }
    };
    let all = "read catalog inventory orders collect admin";
    for caller in [Caller::Open, Caller::Admin, Caller::Session] {
        check(&caller, all);
    }
    check(&Caller::Public, "");
    check(&Caller::Internal, "read catalog inventory orders collect");
    check(&named("all", None), "read catalog inventory orders collect");
    check(&named("shop", Some("shop")), "read collect");
    assert!(Scope::ALL.into_iter().all(|scope| Caller::Public.require_by_dialect(scope).is_ok()));
    assert!(named("shop", Some("shop")).require_by_dialect(Scope::Orders).is_err());
}

#[test]
fn a_key_that_may_not_read_sees_no_site() {
    let scopes = Scopes::from_iter([Scope::Orders]);
    let writer =
        Caller::Key { id: "1".to_owned(), name: "till".to_owned(), site: None, scopes, session: false };
    assert!(!writer.may_read("shop") && !writer.may_read("default") && writer.may(Scope::Orders));
    assert_eq!(writer.only_site(), Some(""), "which is no site, so reports over all sites are empty");
    assert_eq!(writer.require_site("shop").unwrap_err().status(), 404);
}

#[test]
fn identities_differ_by_key_and_not_by_how_an_administrator_came() {
    assert_eq!(Caller::Admin.identity(), Caller::Session.identity());
    let identities = [Caller::Public, Caller::Open, Caller::Admin, named("a", None), named("b", None)];
    let distinct: std::collections::HashSet<_> = identities.iter().map(Caller::identity).collect();
    assert_eq!(distinct.len(), 5);
}

#[test]
fn a_refusal_says_how_to_ask() {
    let response = Denied::Missing.into_response();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"kassa\"");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}

#[test]
fn hashes_that_are_none_are_refused_by_name() {
    for bad in ["", "00", "zz".repeat(32).as_str(), "é".repeat(32).as_str()] {
        let secret_keys =
            vec![SecretKeyOptions { name: "reports".to_owned(), sha256: bad.to_owned(), site: None }];
        let options = Options { secret_keys, ..Options::default() };
        let error = Access::open(&options, Mode::Closed, tempfile::tempdir().unwrap().path()).unwrap_err();
        assert!(matches!(&error, Error::SecretHash(name) if name == "reports"), "{error}");
    }
}
