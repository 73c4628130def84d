//! Sockets and the limit of open files.

use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted; the kernel cuts it to `net.core.somaxconn`.
const BACKLOG: i32 = 16_384;

/// Files that are assumed where the system names no limit.
const FILES_UNLIMITED: u64 = 1 << 20;

/// A listening socket, not blocking, whose address is free again at once after a restart.
pub(super) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` takes IPv4 too, whatever the system's default is.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Raises the soft limit of open files to the hard limit and returns what it is then.
pub fn raise_file_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(FILES_UNLIMITED);
    let raised = Rlimit { current: Some(hard), maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => hard,
        Err(_) => limit.current.unwrap_or(FILES_UNLIMITED),
    }
}

/// How many connections fit into the file limit, which is raised first: 80 %, the rest is for files and upstreams.
pub(super) fn connections_that_fit() -> usize {
    usize::try_from(raise_file_limit() / 5 * 4).unwrap_or(usize::MAX).clamp(16, 1 << 20)
}
