//! Text as HTML.

/// HTML that is being written. What comes from elsewhere goes in by [`text`](Self::text) and [`attribute`](Self::attribute),
/// which escape it; [`raw`](Self::raw) takes only what stands in this program.
///
/// ```ignore
/// html.raw("<a").attribute("href", path).raw(">").text(name).raw("</a>");
/// ```
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        escape_into(&mut self.0, text);
        self
    }

    /// ` name="value"`.
    pub(crate) fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        escape_into(&mut self.0, value);
        self.0.push('"');
        self
    }

    /// A value as JSON, as it stands in a `<script>` that is data: no `<` or `>` in it, so that no text ends it.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> serde_json::Result<&mut Self> {
        // Outside of texts JSON has neither.
        let json = serde_json::to_string(value)?;
        self.0.push_str(&json.replace('<', "\\u003c").replace('>', "\\u003e"));
        Ok(self)
    }

    /// HTML that was made of what is part of this program.
    pub(crate) fn made(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// What was written elsewhere.
    pub(crate) fn append(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    pub(crate) fn as_text(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape_into(&mut escaped, text);
    escaped
}

fn escape_into(escaped: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_elsewhere_is_escaped() {
        let mut html = Html::default();
        html.raw("<a").attribute("title", "\"><script>").raw(">").text("</a>&").raw("</a>");
        html.json(&serde_json::json!({"a": "</script><!--"})).unwrap();
        let expected = "<a title=\"&quot;&gt;&lt;script&gt;\">&lt;/a&gt;&amp;</a>{\"a\":\"\\u003c/script\\u003e\\u003c!--\"}";
        assert_eq!(html.into_text(), expected);
    }
}
