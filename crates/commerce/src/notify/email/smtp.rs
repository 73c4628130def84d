//! One message to one server, over a connection of its own: what hangs or breaks spoils no other message.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use super::bounded::Bounded;
use super::url::{Server, Tls};
use crate::notify::delivery::Sent;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// What went wrong, and whether the server means this message by it.
pub(super) enum Failure {
    /// The connection, who we are, or what is set: another time it may go.
    Server(String, Option<i64>),
    /// This message, or its recipient.
    Message(Error),
}

/// Sends a message as `host` says hello.
pub(super) async fn send(server: &Server, host: &str, envelope: &Envelope, message: &[u8]) -> Sent {
    match talk(server, &ClientId::Domain(host.to_owned()), envelope, message).await {
        Ok(response) => {
            let answer = response.message().collect::<Vec<_>>().join(" ");
            Sent::Done { status: Some(i64::from(u16::from(response.code()))), answer }
        }
        Err(Failure::Message(error)) if error.is_permanent() => {
            Sent::Never { status: status(&error), answer: said(&error) }
        }
        Err(Failure::Message(error)) => {
            Sent::Later { status: status(&error), answer: said(&error), after: None }
        }
        Err(Failure::Server(answer, status)) => Sent::Later { status, answer, after: None },
    }
}

/// Whether the server says hello, by TLS where it is to be.
///
/// # Errors
/// Why it does not.
pub(super) async fn ask(server: &Server, host: &str) -> Result<(), String> {
    match connect(server, &ClientId::Domain(host.to_owned())).await {
        Ok(mut connection) => {
            let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
            Ok(())
        }
        Err(Failure::Server(why, _)) => Err(why),
        Err(Failure::Message(error)) => Err(said(&error)),
    }
}

async fn talk(
    server: &Server,
    hello: &ClientId,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Response, Failure> {
    let of_server = |error: Error| Failure::Server(said(&error), status(&error));
    let mut connection = connect(server, hello).await?;
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.clone());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&mechanisms, &credentials).await.map_err(of_server)?;
    }
    let mut parameters = Vec::new();
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    if addresses.any(|address| !address.to_string().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::Server("the server takes no address with such letters".to_owned(), None));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(of_server)?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(Failure::Message)?;
    }
    connection.command(Data).await.map_err(Failure::Message)?;
    let response = connection.message(message).await.map_err(Failure::Message)?;
    // It is taken: whatever becomes of the goodbye.
    let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
    Ok(response)
}

async fn connect(server: &Server, hello: &ClientId) -> Result<AsyncSmtpConnection, Failure> {
    let of_server = |error: Error| Failure::Server(said(&error), status(&error));
    let place = (server.host.as_str(), server.port);
    if server.tls == Tls::First {
        let connecting =
            AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), hello, Some(trust(server)?), None);
        return connecting.await.map_err(of_server);
    }
    let unreachable =
        |why: String| Failure::Server(format!("cannot reach {}:{}: {why}", place.0, place.1), None);
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(place)).await;
    let stream = stream.map_err(|_| unreachable("no answer in time".to_owned()))?;
    let stream = stream.map_err(|error| unreachable(error.to_string()))?;
    // The end of a body is a small piece behind others: it would wait for the acknowledgement of these, 40 ms.
    stream.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
    let stream = Box::new(Bounded::new(stream));
    let mut connection =
        AsyncSmtpConnection::connect_with_transport(stream, hello).await.map_err(of_server)?;
    if server.tls == Tls::Asked {
        connection.starttls(trust(server)?, hello).await.map_err(of_server)?;
    }
    Ok(connection)
}

/// Whom to believe that they are the server.
fn trust(server: &Server) -> Result<TlsParameters, Failure> {
    let refused = |why: String| Failure::Server(why, None);
    let mut trust = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca {
        let pem = std::fs::read(path)
            .map_err(|error| refused(format!("cannot read {}: {error}", path.display())))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| refused(said(&error)))?;
        trust = trust.add_root_certificate(certificate);
    }
    trust.build().map_err(|error| refused(said(&error)))
}

fn status(error: &Error) -> Option<i64> {
    error.status().map(|code| i64::from(u16::from(code)))
}

/// An error with what is behind it.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}
