//! The accept loop of one listener: it outlives every error and stops at the shutdown.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::connections::Connections;
use super::serve;
use crate::Shutdown;

/// How long to leave the backlog alone when the system has no file or memory for another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// Errors in a row between two lines in the log.
const ERRORS_PER_LINE: u64 = 100;

/// Accepts connections until the shutdown. At the connection limit it waits: newcomers stay in the kernel's backlog.
pub(super) async fn accept(
    listener: TcpListener,
    local: SocketAddr,
    connections: Arc<Connections>,
    shutdown: Shutdown,
) {
    let stop = shutdown.wait();
    tokio::pin!(stop);
    let mut errors = 0_u64;
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => return,
            accepted = one(&listener, &connections) => accepted,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                errors = 0;
                // Answers are small and whole: waiting for more to send only delays them.
                let _ = stream.set_nodelay(true);
                serve::spawn(stream, peer, local, Arc::clone(&connections), permit);
            }
            // The client was gone before we took it; the next one is none the worse.
            Err(error) if is_of_the_client(&error) => (),
            Err(error) => {
                if errors.is_multiple_of(ERRORS_PER_LINE) {
                    tracing::error!(%error, %local, errors, "cannot accept a connection; trying again");
                }
                errors += 1;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn one(
    listener: &TcpListener,
    connections: &Connections,
) -> std::io::Result<(tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = connections.permit().await;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

fn is_of_the_client(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}
