//! The source of a visit, as a name that people know: `Google`, `Facebook`, `newsletter`, `blog.example`.
//!
//! ```text
//! utm_source present      its name: the table's where it has one ("fb" → Facebook), else as it was sent
//! referrer elsewhere      the table's name for its host, else the host without "www."
//! referrer of own host,   none: the visit is direct
//! or no referrer at all
//! ```
//! Whether a visit was paid for is told by `utm_medium`, which is stored beside it.

use std::collections::HashMap;
use std::sync::LazyLock;

use kassa_model::Event;

/// Hosts (with everything below them) and `utm_source` texts, and the name that stands for them.
const NAMES: &[(&str, &str)] = &[
    ("adwords", "Google Ads"),
    ("alibaba.com", "Alibaba"),
    ("android-app://com.google.android.gm", "Gmail"),
    ("android-app://com.google.android.googlequicksearchbox", "Google"),
    ("apple.com", "Apple"),
    ("baidu.com", "Baidu"),
    ("baidu", "Baidu"),
    ("bing.com", "Bing"),
    ("bing", "Bing"),
    ("bsky.app", "Bluesky"),
    ("chat.openai.com", "ChatGPT"),
    ("chatgpt.com", "ChatGPT"),
    ("claude.ai", "Claude"),
    ("copilot.microsoft.com", "Microsoft Copilot"),
    ("discord.com", "Discord"),
    ("duckduckgo.com", "DuckDuckGo"),
    ("duckduckgo", "DuckDuckGo"),
    ("ecosia.org", "Ecosia"),
    ("etsy.com", "Etsy"),
    ("facebook.com", "Facebook"),
    ("facebook", "Facebook"),
    ("fb", "Facebook"),
    ("fb.com", "Facebook"),
    ("fb.me", "Facebook"),
    ("gemini.google.com", "Gemini"),
    ("github.com", "GitHub"),
    ("googleads", "Google Ads"),
    ("ig", "Instagram"),
    ("instagram.com", "Instagram"),
    ("instagram", "Instagram"),
    ("kagi.com", "Kagi"),
    ("linkedin.com", "LinkedIn"),
    ("linkedin", "LinkedIn"),
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
    ("reddit.com", "Reddit"),
    ("reddit", "Reddit"),
    ("search.brave.com", "Brave Search"),
    ("snapchat.com", "Snapchat"),
    ("stackoverflow.com", "Stack Overflow"),
    ("startpage.com", "Startpage"),
    ("t.co", "Twitter"),
    ("t.me", "Telegram"),
    ("telegram.org", "Telegram"),
    ("threads.net", "Threads"),
    ("tiktok.com", "TikTok"),
    ("tiktok", "TikTok"),
    ("twitch.tv", "Twitch"),
    ("twitter.com", "Twitter"),
    ("twitter", "Twitter"),
    ("vk.com", "VK"),
    ("wa.me", "WhatsApp"),
    ("web.whatsapp.com", "WhatsApp"),
    ("whatsapp.com", "WhatsApp"),
    ("wikipedia.org", "Wikipedia"),
    ("x.com", "Twitter"),
    ("yahoo", "Yahoo!"),
    ("ya.ru", "Yandex"),
    ("yandex", "Yandex"),
    ("youtu.be", "YouTube"),
    ("youtube.com", "YouTube"),
    ("youtube", "YouTube"),
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

static BY_TEXT: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| EVERYWHERE.iter().chain(NAMES).copied().collect());

/// The most bytes of a source's name.
const BYTES_MAX: usize = 255;

/// The name of the source of `event`, or `None` for a direct visit.
pub(super) fn source_of(event: &Event) -> Option<String> {
    let sent = event.utm_source.as_deref().map(str::trim).filter(|sent| !sent.is_empty());
    if let Some(sent) = sent {
        let name = BY_TEXT.get(sent.to_ascii_lowercase().as_str()).copied();
        return Some(cut(name.unwrap_or(sent)));
    }
    let referrer = event.referrer.as_deref()?.trim();
    if referrer.starts_with("android-app://") {
        let package = referrer.trim_end_matches('/');
        return Some(cut(BY_TEXT.get(package).copied().unwrap_or(package)));
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
fn host_of(address: &str) -> Option<String> {
    let rest = match address.split_once("://") {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") =>
        {
            rest
        }
        Some(_) => return None,
        None => address.strip_prefix("//").unwrap_or(address),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let named = authority.rsplit('@').next()?;
    let host = match named.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => named.split(':').next()?,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| host.to_owned())
}

fn name_of_host(host: &str) -> Option<&'static str> {
    let mut rest = host;
    loop {
        if let Some(name) = BY_TEXT.get(rest).copied().filter(|_| rest.contains('.')) {
            return Some(name);
        }
        if let Some((label, ending)) = rest.split_once('.') {
            let known = EVERYWHERE.iter().find(|(name, _)| *name == label && is_national(ending));
            if let Some((_, name)) = known {
                return Some(name);
            }
            rest = ending;
        } else {
            return None;
        }
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
