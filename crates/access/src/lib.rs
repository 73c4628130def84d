//! kassa-access
