//! The matrix of classes, origins and hosts, through a router as the server calls it.
