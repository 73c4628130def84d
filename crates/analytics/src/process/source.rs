//! The source of a visit, as a name that people know: `Google`, `Facebook`, `newsletter`, `blog.example`.
//!
//! ```text
//! utm_source present      its name: the table's where it has one ("fb" → Facebook), else as it was sent
//! referrer elsewhere      the table's name for its host, else the host without "www."
//! referrer of own host,   none: the visit is direct
//! or no referrer at all
//! ```
//! Whether a visit was paid for is told by `utm_medium`, which is stored beside it.

use std::borrow::Cow;

use kassa_model::Event;

/// Hosts (with everything below them) and `utm_source` texts, in order, and the name that stands for them.
const NAMES: &[(&str, &str)] = &[
    ("adwords", "Google Ads"),
    ("alibaba.com", "Alibaba"),
    ("amazon", "Amazon"),
    ("android-app://com.google.android.gm", "Gmail"),
    ("android-app://com.google.android.googlequicksearchbox", "Google"),
    ("apple.com", "Apple"),
    ("baidu", "Baidu"),
    ("baidu.com", "Baidu"),
    ("bing", "Bing"),
    ("bing.com", "Bing"),
    ("bsky.app", "Bluesky"),
    ("chat.openai.com", "ChatGPT"),
    ("chatgpt.com", "ChatGPT"),
    ("claude.ai", "Claude"),
    ("copilot.microsoft.com", "Microsoft Copilot"),
    ("discord.com", "Discord"),
    ("duckduckgo", "DuckDuckGo"),
    ("duckduckgo.com", "DuckDuckGo"),
    ("ebay", "eBay"),
    ("ecosia.org", "Ecosia"),
    ("etsy.com", "Etsy"),
    ("facebook", "Facebook"),
    ("facebook.com", "Facebook"),
    ("fb", "Facebook"),
    ("fb.com", "Facebook"),
    ("fb.me", "Facebook"),
    ("gemini.google.com", "Gemini"),
    ("github.com", "GitHub"),
    ("google", "Google"),
    ("googleads", "Google Ads"),
    ("ig", "Instagram"),
    ("instagram", "Instagram"),
    ("instagram.com", "Instagram"),
    ("kagi.com", "Kagi"),
    ("linkedin", "LinkedIn"),
    ("linkedin.com", "LinkedIn"),
    ("lnkd.in", "LinkedIn"),
    ("mail.google.com", "Gmail"),
    ("mail.yahoo.com", "Yahoo! Mail"),
    ("medium.com", "Medium"),
    ("messenger.com", "Messenger"),
    ("msn.com", "MSN"),
    ("naver.com", "Naver"),
    ("news.google.com", "Google News"),
    ("news.ycombinator.com", "Hacker News"),
    ("outlook.live.com", "Outlook"),
    ("outlook.office.com", "Outlook"),
    ("perplexity.ai", "Perplexity"),
    ("pin.it", "Pinterest"),
    ("pinterest", "Pinterest"),
    ("producthunt.com", "Product Hunt"),
    ("qwant.com", "Qwant"),
    ("reddit", "Reddit"),
    ("reddit.com", "Reddit"),
    ("search.brave.com", "Brave Search"),
    ("snapchat.com", "Snapchat"),
    ("stackoverflow.com", "Stack Overflow"),
    ("startpage.com", "Startpage"),
    ("t.co", "Twitter"),
    ("t.me", "Telegram"),
    ("telegram.org", "Telegram"),
    ("threads.net", "Threads"),
    ("tiktok", "TikTok"),
    ("tiktok.com", "TikTok"),
    ("twitch.tv", "Twitch"),
    ("twitter", "Twitter"),
    ("twitter.com", "Twitter"),
    ("vk.com", "VK"),
    ("wa.me", "WhatsApp"),
    ("web.whatsapp.com", "WhatsApp"),
    ("whatsapp.com", "WhatsApp"),
    ("wikipedia.org", "Wikipedia"),
    ("x.com", "Twitter"),
    ("ya.ru", "Yandex"),
    ("yahoo", "Yahoo!"),
    ("yandex", "Yandex"),
    ("youtu.be", "YouTube"),
    ("youtube", "YouTube"),
    ("youtube.com", "YouTube"),
    ("zoho.com", "Zoho"),
];

/// Names with a domain in many countries: any host that is `[…].<label>.<country's ending>`.
const EVERYWHERE: &[(&str, &str)] = &[
    ("google", "Google"),
    ("amazon", "Amazon"),
    ("ebay", "eBay"),
    ("pinterest", "Pinterest"),
    ("yahoo", "Yahoo!"),
    ("yandex", "Yandex"),
];

/// The most bytes of a source's name.
const BYTES_MAX: usize = 255;

/// The name of the source of `event`, or `None` for a direct visit.
pub(super) fn source_of(event: &Event) -> Option<String> {
    let sent = event.utm_source.as_deref().map(str::trim).filter(|sent| !sent.is_empty());
    if let Some(sent) = sent {
        return Some(cut(name_of(&lower(sent)).unwrap_or(sent)));
    }
    let referrer = event.referrer.as_deref()?.trim();
    if referrer.starts_with("android-app://") {
        let package = referrer.trim_end_matches('/');
        return Some(cut(name_of(package).unwrap_or(package)));
    }
    if !referrer.contains("//") && !referrer.contains('.') {
        return None;
    }
    let host = host_of(referrer)?;
    let own = event.host.as_deref().and_then(host_of);
    if own.as_ref() == Some(&host) {
        return None;
    }
    Some(cut(name_of_host(&host).unwrap_or(&host)))
}

/// The host of an address or of a `Host` text: lower case, without user, port, final dot and `www.`.
fn host_of(address: &str) -> Option<Cow<'_, str>> {
    let rest = match address.split_once("://") {
        Some((scheme, rest)) if is_http(scheme) => rest,
        Some(_) => return None,
        None => address.strip_prefix("//").unwrap_or(address),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let named = authority.rsplit('@').next()?;
    let host = match named.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => named.split(':').next()?,
    };
    let host = host.trim_end_matches('.');
    let bare = match host.get(..4) {
        Some(www) if www.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    };
    (!bare.is_empty() && !bare.contains(char::is_whitespace)).then(|| lower(bare))
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}

fn name_of(text: &str) -> Option<&'static str> {
    let at = NAMES.binary_search_by(|(known, _)| (*known).cmp(text)).ok()?;
    NAMES.get(at).map(|(_, name)| *name)
}

/// The name of the host or of the nearest domain above it that has one.
fn name_of_host(host: &str) -> Option<&'static str> {
    let mut rest = host;
    loop {
        let (label, ending) = rest.split_once('.')?;
        if let Some(name) = name_of(rest) {
            return Some(name);
        }
        let everywhere = EVERYWHERE.iter().find(|(name, _)| *name == label);
        if let Some((_, name)) = everywhere.filter(|_| is_national(ending)) {
            return Some(name);
        }
        rest = ending;
    }
}

/// `de`, `com`, `co.uk`, `com.br`: what a brand's own domain ends with.
fn is_national(ending: &str) -> bool {
    match ending.split_once('.') {
        None => ending.len() <= 3,
        Some((general, country)) => matches!(general, "co" | "com" | "net" | "org") && country.len() == 2,
    }
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
        assert_eq!(source_of(&event).as_deref(), expected, "{referrer:?} {utm_source:?}");
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(NAMES.is_sorted_by(|one, next| one.0 < next.0));
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
    fn a_campaign_says_it_better() {
        check(Some("https://www.google.com/"), Some("newsletter"), Some("newsletter"));
        check(None, Some("fb"), Some("Facebook"));
        check(None, Some("Google"), Some("Google"));
        check(Some("https://shop.test/"), Some(" spring mail "), Some("spring mail"));
        check(Some("https://bing.com/"), Some("  "), Some("Bing"));
    }
}
