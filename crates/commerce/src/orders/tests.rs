//! Orders as buyers and shops see them.
