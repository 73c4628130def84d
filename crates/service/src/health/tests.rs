//! The four routes, called as a router.
