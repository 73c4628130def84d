//! The source of a visit, as a name that people know: `Google`, `Facebook`, `newsletter`, `blog.example`.
//!
//! ```text
//! utm_source present      its name: that of the word ("fb" → Facebook) or the host ("m.facebook.com"), else as it was sent,
//!                         in lower case
//! referrer elsewhere      the name of its host or app, else the host without "www."
//! referrer of own host,   none: the visit is direct
//! of where one pays,
//! or no referrer at all
//! ```
//! The names are those of [`Source`]. The collector has made `ref`, `source` and the ids of clicks on advertisements into
//! `utm_source` and `utm_medium` before (`wire::page`), so whether a visit was paid for is told by `utm_medium`.

use kassa_model::{Event, Source, SourceKind};

use crate::host::{host_of, lower};

/// The most bytes of a source's name.
const BYTES_MAX: usize = 255;

/// What the site says of an event's referrer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Referrer {
    /// It may be a source.
    Counts,
    /// It is none: one of the site's own hosts, or one that people only come back from.
    Ignored,
}

/// How apps name themselves as referrers.
const APPS: [&str; 2] = ["android-app://", "ios-app://"];

/// The name of the source of `event`, or `None` for a direct visit. A referrer that the site ignores is none.
pub(super) fn source_of(event: &Event, referrer: Referrer) -> Option<String> {
    let sent = event.utm_source.as_deref().map(str::trim).filter(|sent| !sent.is_empty());
    if let Some(sent) = sent {
        return Some(named_by_campaign(&sent.to_lowercase()));
    }
    if referrer == Referrer::Ignored {
        return None;
    }
    let referrer = event.referrer.as_deref()?.trim();
    if let Some(app) = app_of(&lower(referrer)) {
        return Some(cut(Source::of_word(app).map_or(app, |source| source.name)));
    }
    if !referrer.contains("//") && !referrer.contains('.') {
        return None;
    }
    let host = host_of(referrer)?;
    let own = event.host.as_deref().and_then(host_of);
    if own.as_ref() == Some(&host) {
        return None;
    }
    match Source::of_host(&host) {
        Some(Source { kind: SourceKind::Payment, .. }) => None,
        Some(known) => Some(known.name.to_owned()),
        None => Some(cut(&host)),
    }
}

/// The name of a `utm_source` in lower case, which may be a word, a host, an address or an app.
fn named_by_campaign(sent: &str) -> String {
    let word = app_of(sent).unwrap_or(sent);
    if let Some(known) = Source::of_word(word) {
        return known.name.to_owned();
    }
    let Some(host) = host_of(sent).filter(|host| host.contains('.')) else { return cut(word) };
    let is_host = sent.contains("://") || sent.trim_start_matches("www.") == host;
    match Source::of_host(&host) {
        Some(known) => known.name.to_owned(),
        None if is_host => cut(&host),
        None => cut(word),
    }
}

/// The app that a referrer in lower case names, without what it opened.
fn app_of(referrer: &str) -> Option<&str> {
    let scheme = APPS.iter().find(|scheme| referrer.starts_with(**scheme))?;
    let name = referrer[scheme.len()..].split(['/', '?', '#']).next().unwrap_or_default();
    (!name.is_empty()).then(|| &referrer[..scheme.len() + name.len()])
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(BYTES_MAX)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::event;

    fn check(referrer: Option<&str>, utm_source: Option<&str>, expected: Option<&str>) {
        let mut event = event("e");
        event.host = Some("www.Shop.test:8000".into());
        event.referrer = referrer.map(str::to_owned);
        event.utm_source = utm_source.map(str::to_owned);
        let found = source_of(&event, Referrer::Counts);
        assert_eq!(found.as_deref(), expected, "{referrer:?} {utm_source:?}");
    }

    #[test]
    fn names_what_people_know() {
        check(None, None, None);
        check(Some(""), None, None);
        check(Some("https://www.google.com/"), None, Some("Google"));
        check(Some("https://www.google.co.uk/search?q=mug"), None, Some("Google"));
        check(Some("https://google.evil.example.com/"), None, Some("google.evil.example.com"));
        check(Some("https://google.foo.com/"), None, Some("google.foo.com"));
        check(Some("https://mail.google.com/mail"), None, Some("Gmail"));
        check(Some("https://l.facebook.com/l.php?u=x"), None, Some("Facebook"));
        check(Some("https://notfacebook.com/"), None, Some("notfacebook.com"));
        check(Some("https://t.co/abc"), None, Some("Twitter"));
        check(Some("https://old.reddit.com/r/mugs"), None, Some("Reddit"));
        check(Some("android-app://com.google.android.gm/"), None, Some("Gmail"));
        check(Some("HTTPS://user@Blog.Example:8443/a"), None, Some("blog.example"));
        check(Some("http://[2001:db8::1]:80/"), None, Some("2001:db8::1"));
        check(Some("https://www.threads.com/@mugs"), None, Some("Threads"));
        check(Some("https://chatgpt.com/"), None, Some("ChatGPT"));
        check(Some("https://www.perplexity.ai/search"), None, Some("Perplexity"));
        check(Some("https://copilot.microsoft.com/"), None, Some("Microsoft Copilot"));
        check(Some("https://claude.ai/chat/1"), None, Some("Claude"));
        check(Some("https://gemini.google.com/app"), None, Some("Gemini"));
        check(Some("https://outlook.office365.com/mail"), None, Some("Outlook"));
        check(Some("android-app://com.instagram.android/https/x"), None, Some("Instagram"));
        check(Some("Android-App://com.Example.App/"), None, Some("android-app://com.example.app"));
        check(Some("ios-app://544007664/"), None, Some("ios-app://544007664"));
        check(Some("about:blank"), None, None);
        check(Some("mailto://x"), None, None);
    }

    #[test]
    fn the_own_host_is_no_source() {
        check(Some("https://shop.test/checkout"), None, None);
        check(Some("https://www.shop.test:9000/"), None, None);
        check(Some("https://pay.shop.test/"), None, Some("pay.shop.test"));
    }

    #[test]
    fn what_the_site_ignores_is_no_source() {
        let mut event = event("e");
        event.referrer = Some("https://id.example/".to_owned());
        assert_eq!(source_of(&event, Referrer::Ignored), None);
        event.utm_source = Some("mail".to_owned());
        assert_eq!(source_of(&event, Referrer::Ignored).as_deref(), Some("mail"));
    }

    #[test]
    fn where_people_pay_is_no_source() {
        for referrer in [
            "https://www.paypal.com/checkoutnow",
            "https://checkout.stripe.com/c/pay",
            "https://pay.klarna.com/",
            "https://pay.amazon.de/",
            "https://checkoutshopper-live.adyen.com/",
            "https://www.mollie.com/checkout",
        ] {
            check(Some(referrer), None, None);
        }
        check(Some("https://www.paypal.com/"), Some("paypal"), Some("paypal"));
    }

    #[test]
    fn one_source_has_one_name_however_it_is_written() {
        for sent in
            ["facebook", "Facebook", "FB", "www.facebook.com", "m.facebook.com", "https://l.facebook.com/"]
        {
            check(None, Some(sent), Some("Facebook"));
        }
        for sent in ["Newsletter", "NEWSLETTER", " newsletter "] {
            check(None, Some(sent), Some("newsletter"));
        }
        check(None, Some("chatgpt.com"), Some("ChatGPT"));
        check(None, Some("www.Blog.example"), Some("blog.example"));
        check(None, Some("android-app://com.instagram.android"), Some("Instagram"));
        check(None, Some("spring mail 1.0"), Some("spring mail 1.0"));
        check(None, Some("Grüße"), Some("grüße"));
        check(None, Some("march.mail/2"), Some("march.mail/2"));
    }

    #[test]
    fn a_campaign_says_it_better() {
        check(Some("https://www.google.com/"), Some("newsletter"), Some("newsletter"));
        check(None, Some("fb"), Some("Facebook"));
        check(None, Some("Google"), Some("Google"));
        check(Some("https://shop.test/"), Some(" spring mail "), Some("spring mail"));
        check(Some("https://bing.com/"), Some("  "), Some("Bing"));
    }
}
