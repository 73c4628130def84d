//! The audit: clean books are clean, and every planted flaw is found.
