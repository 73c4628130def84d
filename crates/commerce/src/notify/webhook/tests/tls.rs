//! Targets by TLS: sent to is who has a certificate for the name that was asked for, by an authority that is trusted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use kassa_db::testing::Folder;
use kassa_model::{Clock, SystemClock};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion, version};
use tokio_rustls::TlsAcceptor;

use super::super::client::{Client, Failure, Posted};
use super::super::connect::Reach;
use super::super::resolve::System;
use super::super::testing::{Does, Server};
use super::super::trust::Trust;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BOTH: &[&SupportedProtocolVersion] = &[&version::TLS12, &version::TLS13];

/// An authority of the test's own.
struct Authority {
    folder: PathBuf,
    name: &'static str,
}

impl Authority {
    fn new(folder: &Path, name: &'static str) -> Self {
        let made = Self { folder: folder.to_owned(), name };
        let subject = format!("/CN=Authority {name}");
        let basic = ["-addext", "keyUsage=critical,keyCertSign"];
        openssl(
            &[
                &[
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "2",
                ][..],
                &basic,
            ]
            .concat(),
            &[("-subj", subject.as_ref()), ("-keyout", &made.file("key")), ("-out", &made.file("pem"))],
        );
        made
    }

    fn file(&self, end: &str) -> PathBuf {
        self.folder.join(format!("{}.{end}", self.name))
    }

    fn trust(&self) -> Trust {
        Trust::with(&self.file("pem")).unwrap()
    }

    /// A server whose certificate it has signed, for these names and so many days.
    async fn serves(
        &self,
        names: &str,
        days: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Server {
        let (key, asked, signed, more) =
            (self.file("of.key"), self.file("of.csr"), self.file("of.pem"), self.file("of.ext"));
        std::fs::write(&more, format!("subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n"))
            .unwrap();
        openssl(
            &["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=target"],
            &[("-keyout", &key), ("-out", &asked)],
        );
        openssl(
            &["x509", "-req", "-CAcreateserial", "-days", days],
            &[
                ("-in", &asked),
                ("-CA", &self.file("pem")),
                ("-CAkey", &self.file("key")),
                ("-extfile", &more),
                ("-out", &signed),
            ],
        );
        let chain = CertificateDer::pem_file_iter(&signed).unwrap().map(Result::unwrap).collect();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_file(&key).unwrap())
            .unwrap();
        Server::start_tls(Does::Answers(OK.to_owned()), TlsAcceptor::from(Arc::new(config))).await
    }
}

fn openssl(arguments: &[&str], files: &[(&str, &Path)]) {
    let mut command = Command::new("openssl");
    command.args(arguments).stderr(Stdio::null()).stdout(Stdio::null());
    for (name, path) in files {
        command.arg(name).arg(path);
    }
    assert!(command.status().unwrap().success(), "openssl {arguments:?}");
}

async fn post(trust: &Trust, host: &str, server: &Server) -> Posted {
    let client = Client::new((Arc::new(System), Reach::Anywhere.judge()), trust, Duration::from_secs(5));
    let url = format!("https://{host}:{}/hooks", server.address.port());
    client.post(url.parse().unwrap(), HeaderMap::new(), Bytes::from_static(b"{}"), SystemClock.now()).await
}

/// Nothing was sent, and why.
fn refused(posted: Posted, server: &Server) -> String {
    let Posted::Failed { why: Failure::Unreachable, text } = posted else { panic!("{posted:?}") };
    assert_eq!(server.taken().len(), 0, "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_by_tls_is_who_it_says_it_is() {
    let folder = Folder::new();
    let own = Authority::new(folder.path(), "own");
    for versions in [BOTH, &[&version::TLS12]] {
        let server = own.serves("DNS:localhost", "2", versions).await;
        let posted = post(&own.trust(), "localhost", &server).await;
        assert!(matches!(&posted, Posted::Answered { status, .. } if *status == 200), "{posted:?}");
        assert_eq!(server.taken().len(), 1);
    }
    // The name is looked at, and not where it leads.
    let server = own.serves("DNS:elsewhere.example", "2", BOTH).await;
    let why = refused(post(&own.trust(), "localhost", &server).await, &server);
    assert!(why.contains("not valid for name"), "{why}");
    let why = refused(post(&own.trust(), "127.0.0.1", &server).await, &server);
    assert!(why.contains("not valid for name"), "{why}");
    let server = own.serves("DNS:localhost", "-1", BOTH).await;
    let why = refused(post(&own.trust(), "localhost", &server).await, &server);
    assert!(why.contains("Expired"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_nobody_named_vouches_for_nobody() {
    let folder = Folder::new();
    let (own, other) = (Authority::new(folder.path(), "own"), Authority::new(folder.path(), "other"));
    let server = own.serves("DNS:localhost", "2", BOTH).await;
    for trust in [Trust::default(), other.trust()] {
        let why = refused(post(&trust, "localhost", &server).await, &server);
        assert!(why.contains("UnknownIssuer"), "{why}");
    }
}

#[test]
fn a_file_without_a_certificate_is_none_to_trust() {
    let folder = Folder::new();
    let check = |text: &str| {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, text).unwrap();
        assert!(Trust::with(&file).is_err(), "{text}");
    };
    check("");
    check("no certificate");
    check("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    check("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert!(Trust::with(&folder.path().join("nowhere")).is_err());
}
