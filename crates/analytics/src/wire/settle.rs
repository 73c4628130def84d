//! Page, campaign, referrer and properties of an event as they are written down, once its dialect has read them.

use std::borrow::Cow;

use kassa_access::{Addresses, campaign_word, origin_and_path};
use kassa_model::{Event, PATH_SENT};

use super::format::Format;
use super::limits::TEXT_BYTES_MAX;
use super::names;
use super::page::{self, Campaign, Page};
use super::props::Props;
use super::scrub::{Exceptions, may_hold_address, scrub};
use super::text::cut;
use crate::host::host_of;

/// What host and path leave of a page's address: the first that is known.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    query: Option<String>,
    fragment: Option<String>,
}

impl Rest {
    /// Takes query and fragment of `page`.
    pub(crate) fn take(&mut self, page: &Page<'_>) {
        self.take_query(page.query.unwrap_or_default());
        if let (None, Some(fragment)) = (&self.fragment, page.fragment) {
            self.fragment = Some(fragment.to_owned());
        }
    }

    /// Takes a query.
    pub(crate) fn take_query(&mut self, query: &str) {
        if self.query.is_none() && !query.is_empty() {
            self.query = Some(query.to_owned());
        }
    }
}

/// By which rules a dialect's addresses are written down.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) format: &'static Format,
    pub(super) addresses: &'a Addresses<'a>,
}

/// Writes page, campaign and referrer down as they are kept; whether the referrer is one that the site ignores.
pub(super) fn settle(event: &mut Event, mut rest: Rest, props: &mut Props, manner: Manner<'_>) -> bool {
    let Manner { format, addresses } = manner;
    if let Some(sent) = event.path.take() {
        let page = page_of(event, &sent, &mut rest, addresses);
        if sent != page {
            let kept = match as_sent(format, addresses) {
                [] => addresses.clean(&sent).into_owned(),
                _ => sent,
            };
            if kept != page {
                props.push_own(PATH_SENT, &kept);
            }
        }
        event.path = Some(page);
    }
    settle_campaign(event, rest.query.as_deref().unwrap_or_default(), addresses);
    settle_words(event, addresses);
    settle_texts(event, manner);
    settle_referrer(event, addresses)
}

/// The members by which a dialect sends the page as data, which its own answers give back as sent; none where the visitor asked
/// for privacy.
pub(super) fn as_sent(format: &Format, addresses: &Addresses<'_>) -> &'static [&'static str] {
    if addresses.is_private() { &[] } else { format.page_members }
}

/// The properties as they are kept.
pub(super) fn settle_props(props: String, Manner { format, addresses }: Manner<'_>) -> String {
    if !may_hold_address(&props) {
        return props;
    }
    let as_sent = as_sent(format, addresses);
    // The path as sent is written down as it is to be kept.
    let stays = |member: &str| member == PATH_SENT || as_sent.contains(&member);
    scrub(&props, addresses, &Exceptions { stays: &stays, hides: &|_, _| None }).unwrap_or(props)
}

/// The page in its normal form. What is sent as its path may be a whole address.
fn page_of(event: &mut Event, sent: &str, rest: &mut Rest, addresses: &Addresses<'_>) -> String {
    let whole = page::absolute(sent);
    let path = match &whole {
        Some(whole) => {
            page::place(event, whole);
            rest.take(whole);
            whole.path
        }
        None => sent,
    };
    let before_fragment = path.split('#').next().unwrap_or(path);
    if let Some((_, query)) = before_fragment.split_once('?') {
        rest.take_query(query);
    }
    let page = addresses.page(path, rest.query.as_deref(), rest.fragment.as_deref());
    // A router that lives in the fragment has its query there, too.
    let route = addresses.route(path, rest.fragment.as_deref());
    let query = route.and_then(|route| route.split_once('?')).map(|(_, query)| query.to_owned());
    rest.take_query(&query.unwrap_or_default());
    page
}

/// Texts beside the page that may be, or name, an address: what was clicked, a title of a page that has none.
fn settle_texts(event: &mut Event, Manner { format, addresses }: Manner<'_>) {
    let texts = [&mut event.title, &mut event.target, &mut event.component, &mut event.location_type];
    clean_all(texts, addresses);
    if format.cleans_names
        && let Cow::Owned(clean) = addresses.clean_text(&event.name_sent)
    {
        event.name_sent = cut(&clean, TEXT_BYTES_MAX).to_owned();
        event.name = names::canonical(&event.name_sent).to_owned();
    }
}

/// The campaign columns: those that the client names, else those of the page's query. Where the visitor asked for privacy no
/// value is kept.
fn settle_campaign(event: &mut Event, query: &str, addresses: &Addresses<'_>) {
    let columns = page::campaign_columns(event);
    let named = columns.iter().any(|column| column.is_some());
    for column in columns {
        let word = column.take().filter(|_| !addresses.is_private());
        *column = word.and_then(|word| campaign_word(&word).map(Cow::into_owned));
    }
    if query.is_empty() {
        return;
    }
    let campaign = Campaign::of(query);
    if !addresses.is_private() {
        if !named {
            campaign.put_columns(event);
        }
        campaign.put_stand_in(event);
    }
    campaign.put_click(event);
}

/// What a campaign says may have an address in it, too.
fn settle_words(event: &mut Event, addresses: &Addresses<'_>) {
    clean_all(page::campaign_columns(event), addresses);
}

/// Each of `texts` with the addresses in it as they are written down.
fn clean_all<const N: usize>(texts: [&mut Option<String>; N], addresses: &Addresses<'_>) {
    for text in texts.into_iter().flatten() {
        if let Cow::Owned(clean) = addresses.clean_text(text) {
            *text = cut(&clean, TEXT_BYTES_MAX).to_owned();
        }
    }
}

/// The referrer without what tells of a person; whether it is one that the site ignores.
fn settle_referrer(event: &mut Event, addresses: &Addresses<'_>) -> bool {
    let Some(referrer) = &event.referrer else { return false };
    let host = host_of(referrer);
    let own = event.host.as_deref().and_then(host_of);
    let ignored = host.as_deref().is_some_and(|host| addresses.rules().ignores(host));
    let is_own =
        host.as_deref().is_some_and(|host| own.as_deref() == Some(host) || addresses.rules().owns(host));
    let clean = if is_own { addresses.clean(referrer) } else { origin_and_path(referrer) };
    event.referrer = Some(clean.into_owned());
    ignored
}
