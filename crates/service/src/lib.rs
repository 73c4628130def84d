//! kassa-service
