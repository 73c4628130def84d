//! The words of a description that was written as HTML: kassa shows descriptions as plain text.

/// The text without its tags; ends of paragraphs and lines stay. `None` where nothing is left.
pub(super) fn plain(html: &str) -> Option<String> {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else {
            rest = "";
            break;
        };
        let inside = rest[at + 1..at + end].to_ascii_lowercase();
        let (tag, is_end) = (inside.trim_start_matches('/'), inside.starts_with('/'));
        rest = &rest[at + end + 1..];
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        if matches!(name.as_str(), "script" | "style") && !is_end {
            rest = rest.to_ascii_lowercase().find(&format!("</{name}")).map_or("", |end| &rest[end..]);
        }
        if matches!(name.as_str(), "p" | "br" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol")
        {
            text.push('\n');
        }
    }
    text.push_str(rest);
    let lines: Vec<String> = unescaped(&text).lines().map(squeezed).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescaped(text: &str) -> String {
    let named =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_words() {
        let check =
            |html: &str, expected: Option<&str>| assert_eq!(plain(html).as_deref(), expected, "{html}");
        check("<p>Of <b>linen</b></p><p>Soft &amp; light</p>", Some("Of linen\nSoft & light"));
        check("plain", Some("plain"));
        check("<script>alert(1)</script>Mug", Some("Mug"));
        check("<style>a{}</style>", None);
        check("<br><br>", None);
        check("a < b", Some("a"));
        check("<SCRIPT>x</SCRIPT>y", Some("y"));
        check("<script>never closed", None);
    }
}
