//! Pictures that are kept elsewhere: a shop says from where its pages may load them, so that a product's text cannot send buyers
//! anywhere else.

/// Which addresses of pictures a reader is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Elsewhere<'a> {
    /// All that products have.
    All,
    /// Paths of this server, and what these origins have.
    Of(&'a [String]),
}

impl Elsewhere<'_> {
    /// The address, if it is shown.
    pub(crate) fn shown(self, url: &str) -> Option<&str> {
        let is_shown = match self {
            Self::All => true,
            Self::Of(origins) => is_path(url) || origins.iter().any(|origin| is_of(url, origin)),
        };
        is_shown.then_some(url)
    }
}

/// Whether it is an address on this server. Behind two slashes, of whichever kind, stands another's name.
fn is_path(url: &str) -> bool {
    let mut letters = url.chars();
    letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'))
}

/// Whether it has this origin, such as `https://cdn.example`.
fn is_of(url: &str, origin: &str) -> bool {
    let Some(start) = url.get(..origin.len()).filter(|start| start.eq_ignore_ascii_case(origin)) else {
        return false;
    };
    matches!(url[start.len()..].chars().next(), None | Some('/' | '?' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_of_this_server_or_of_a_listed_origin() {
        let origins = ["https://cdn.example".to_owned(), "http://localhost:9000".to_owned()];
        let check = |url: &str, shown: bool| {
            assert_eq!(Elsewhere::Of(&origins).shown(url).is_some(), shown, "{url}");
            assert_eq!(Elsewhere::All.shown(url), Some(url));
        };
        check("/pictures/mug.png", true);
        check("/", true);
        check("//evil.example/mug.png", false);
        check("/\\evil.example/mug.png", false);
        check("https://cdn.example/mug.png", true);
        check("HTTPS://CDN.example/mug.png", true);
        check("https://cdn.example", true);
        check("https://cdn.example?mug", true);
        check("http://cdn.example/mug.png", false);
        check("https://cdn.example.evil/mug.png", false);
        check("https://cdn.example@evil/mug.png", false);
        check("https://cdn.example:444/mug.png", false);
        check("https://cdn.example\\@evil/mug.png", false);
        check("http://localhost:9000/a", true);
        check("http://localhost:90001/a", false);
        check("https://ä.example/mug.png", false);
    }
}
