//! A JSON array of everything there is, read and sent page by page: the old dialects know no pages, and memory is bounded
//! all the same. What fails after the first page breaks the connection off, so that no client takes a part for the whole.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kassa_db::Error;
use serde::Serialize;

/// Rows of a page.
pub(super) const PAGE_ROWS: i64 = 200;

/// Elements as JSON, and where the next page begins unless this was the last.
pub(super) type Page<P> = (Vec<String>, Option<P>);

/// The array of all pages; `read` is given where a page begins, `None` for the first.
pub(super) async fn array<P, R, F>(read: R) -> Result<Response, Error>
where
    P: Send + 'static,
    R: Fn(Option<P>) -> F + Send + 'static,
    F: Future<Output = Result<Page<P>, Error>> + Send,
{
    let (first, next) = read(None).await?;
    let mut begin = Begun::default();
    let text = begin.append("[".to_owned(), first);
    let body = match next {
        None => Body::from(text + "]"),
        Some(next) => {
            let rest = stream::unfold(Some((read, Some(next), begin)), |state| async {
                let (read, next, mut begun) = state?;
                let Some(place) = next else { return Some((Ok("]".to_owned()), None)) };
                match read(Some(place)).await {
                    Ok((elements, next)) => {
                        let text = begun.append(String::new(), elements);
                        Some((Ok(text), Some((read, next, begun))))
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot read a list to its end");
                        Some((Err(error), None))
                    }
                }
            });
            Body::from_stream(stream::StreamExt::chain(stream::iter([Ok(text)]), rest))
        }
    };
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// An element as JSON.
pub(super) fn element(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Invalid(format!("cannot write JSON: {error}")))
}

/// Whether the array has an element yet.
#[derive(Debug, Default)]
struct Begun {
    some: bool,
}

impl Begun {
    fn append(&mut self, mut text: String, elements: Vec<String>) -> String {
        for element in elements {
            if std::mem::replace(&mut self.some, true) {
                text.push(',');
            }
            text.push_str(&element);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn joins_pages() {
        let check = async |pages: &'static [&'static [u8]], expected: &str| {
            let read = move |place: Option<usize>| {
                let place = place.unwrap_or(0);
                let elements = pages[place].iter().map(u8::to_string).collect();
                let next = (place + 1 < pages.len()).then_some(place + 1);
                std::future::ready(Ok((elements, next)))
            };
            let response = array(read).await.unwrap();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(String::from_utf8(bytes.to_vec()).unwrap(), expected);
        };
        check(&[&[]], "[]").await;
        check(&[&[1]], "[1]").await;
        check(&[&[], &[1, 2], &[], &[3]], "[1,2,3]").await;
        check(&[&[1], &[]], "[1]").await;
    }

    #[tokio::test]
    async fn a_part_is_not_taken_for_the_whole() {
        let read = |place: Option<()>| {
            std::future::ready(match place {
                None => Ok((vec!["1".to_owned()], Some(()))),
                Some(()) => Err(Error::Unavailable("gone".to_owned())),
            })
        };
        let response = array(read).await.unwrap();
        assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
        let read = |_: Option<()>| std::future::ready(Err(Error::Unavailable("gone".to_owned())));
        assert!(array(read).await.is_err());
    }
}
