//! The database at its public interface: the same suite over both engines, then what only one of them can get wrong.
