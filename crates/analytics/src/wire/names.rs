//! Canonical event names: what the dialects call differently and reports count as one.

/// The canonical name of what was sent: `page_view` ← PAGE_VIEW, pageview; `click` ← CLICK; `hover_enter` and `hover_leave` likewise; else as sent.
pub fn canonical(sent: &str) -> &str {
    match sent {
        "PAGE_VIEW" | "pageview" => "page_view",
        "CLICK" => "click",
        "HOVER_ENTER" => "hover_enter",
        "HOVER_LEAVE" => "hover_leave",
        _ => sent,
    }
}
