//! A page's Markdown as HTML: headings with addresses of their own, links to other pages as this site has them. HTML within Markdown
//! is shown as text.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

use super::pages::address_of;

/// What is made of a page.
pub(super) struct Rendered {
    /// Its first heading.
    pub(super) title: String,
    pub(super) html: String,
    /// What stands below each heading, in order, the title's own first.
    pub(super) sections: Vec<Section>,
}

/// A heading and the text below it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Its address within the page.
    pub(super) id: String,
    pub(super) title: String,
    /// 1 to 6.
    pub(super) level: u8,
    /// Its plain text.
    pub(super) text: String,
}

/// Renders a page.
pub(super) fn render(markdown: &str) -> Rendered {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut writer = Writer::default();
    let events: Vec<Event<'_>> = Parser::new_ext(markdown, options).collect();
    let mut out = Vec::with_capacity(events.len());
    for (place, event) in events.iter().enumerate() {
        writer.take(event, &events[place + 1..], &mut out);
    }
    let mut text = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut text, out.into_iter());
    let title = writer.sections.first().map(|section| section.title.clone()).unwrap_or_default();
    Rendered { title, html: text, sections: writer.sections }
}

#[derive(Default)]
struct Writer {
    sections: Vec<Section>,
    /// How often an address was given out.
    ids: BTreeMap<String, u32>,
    /// Whether the last link led nowhere that this site has.
    dropped: Vec<bool>,
}

impl Writer {
    fn take<'a>(&mut self, event: &Event<'a>, rest: &[Event<'a>], out: &mut Vec<Event<'a>>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let title = text_until_end(rest);
                let id = self.id_of(&title);
                let (classes, attrs, shown) = (Vec::new(), Vec::new(), Some(CowStr::from(id.clone())));
                self.sections.push(Section { id, title, level: number(*level), text: String::new() });
                out.push(Event::Start(Tag::Heading { level: *level, id: shown, classes, attrs }));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let to = target(*link_type, dest_url);
                self.dropped.push(to.is_none());
                if let Some(to) = to {
                    let (link_type, title, id) = (*link_type, title.clone(), id.clone());
                    out.push(Event::Start(Tag::Link { link_type, dest_url: to.into(), title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if !self.dropped.pop().unwrap_or(false) {
                    out.push(event.clone());
                }
            }
            // Pictures stay in the repository; what they show is said beside them.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text.clone())),
            Event::Text(text) | Event::Code(text) => {
                self.note(text);
                out.push(event.clone());
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::Heading(_)) => {
                self.note(" ");
                out.push(event.clone());
            }
            other => out.push(other.clone()),
        }
    }

    fn note(&mut self, text: &str) {
        if let Some(section) = self.sections.last_mut() {
            section.text.push_str(text);
        }
    }

    /// A heading's address, as forges make it: lower case, hyphens for spaces, nothing else but letters and digits.
    fn id_of(&mut self, title: &str) -> String {
        let mut id = String::new();
        for c in title.to_lowercase().chars() {
            match c {
                ' ' | '-' => id.push('-'),
                c if c.is_alphanumeric() || c == '_' => id.push(c),
                _ => {}
            }
        }
        let before = self.ids.entry(id.clone()).or_default();
        *before += 1;
        if *before > 1 { format!("{id}-{}", *before - 1) } else { id }
    }
}

/// The text up to the end of the heading that has begun.
fn text_until_end(events: &[Event<'_>]) -> String {
    let mut title = String::new();
    for event in events {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(text) | Event::Code(text) => title.push_str(text),
            _ => {}
        }
    }
    title
}

/// Where a link leads on this site; `None`: to what is only in the repository.
fn target(kind: LinkType, to: &str) -> Option<String> {
    if matches!(kind, LinkType::Email) {
        return Some(format!("mailto:{to}"));
    }
    if to.starts_with("https://")
        || to.starts_with("http://")
        || to.starts_with('#')
        || to.starts_with("mailto:")
    {
        return Some(to.to_owned());
    }
    let (path, place) = to.split_once('#').map_or((to, None), |(path, place)| (path, Some(place)));
    let address = address_of(path.rsplit('/').next().unwrap_or(path)).filter(|_| !path.contains("adr/"))?;
    Some(place.map_or_else(|| address.clone(), |place| format!("{address}#{place}")))
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_addresses_and_links_lead_to_pages() {
        let rendered = render(
            "# The `kassa` book\n\nSee [running](operations.md#running), [why](adr/0001.md) & <b>raw</b>.\n\n## A *part*\n\none\n\n## A part\n\ntwo\n",
        );
        assert_eq!(rendered.title, "The kassa book");
        let ids: Vec<&str> = rendered.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["the-kassa-book", "a-part", "a-part-1"]);
        assert!(
            rendered.html.contains(
                "<a href=\"/docs/operations#running\">running</a>, why &amp; &lt;b&gt;raw&lt;/b&gt;"
            ),
            "{}",
            rendered.html
        );
        assert!(rendered.html.contains("<h2 id=\"a-part-1\">"), "{}", rendered.html);
        assert_eq!(rendered.sections[1].text.trim(), "A part one");
    }
}
