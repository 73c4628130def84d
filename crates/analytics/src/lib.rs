//! kassa-analytics
