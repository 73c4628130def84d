//! The documentation as a small site at `/docs`: the Markdown of the folder `docs`, embedded, rendered once; each page can be read as
//! Markdown too (`/docs/operations.md`), and searched, without a script and without anything from elsewhere.

#[cfg(test)]
mod commands;
mod http;
mod layout;
mod pages;
mod render;
mod search;
mod site;

pub(crate) use http::routes;
