//! The dialects as their clients see them.
