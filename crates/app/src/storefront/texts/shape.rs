//! What texts there are.

macro_rules! texts {
    ($(#[$doc:meta])* $of:ident: $($name:ident)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(in super::super) struct $of {
            $(pub(in super::super) $name: &'static str),*
        }

        #[cfg(test)]
        impl $of {
            pub(super) fn all(&self) -> Vec<&'static str> {
                vec![$(self.$name),*]
            }
        }
    };
}

texts! {
    /// What both the server and the browser write.
    Shared: skip to_shop loading dark language about imprint terms no_text categories everything best fresh related nothing_yet
        empty_category from sort newest price price_down name pages before next page_of search search_placeholder search_type
        found none none_text in_stock sold_out left picture quantity less more add_to_cart notify notify_send email optional
        missing missing_text where_you_are cart checkout order thanks order_number keep accepted confirmed packed sent order_failed
        order_failed_text order_cancelled parcels parcel total payment unpaid paid part_refunded refunded contact ship_to note
        unknown unknown_text times full_name line1 line2 postal_code city region pay_later order_for terms_agreed total_changed
        stock_changed refused track go_on
}

texts! {
    /// What only the server writes: where there are no scripts.
    Own: needs_scripts order_here country what review change fill_in too_many new_key
}

/// Every text of a language.
#[derive(Debug)]
pub(in super::super) struct Texts {
    pub(in super::super) language: &'static str,
    /// Which way it is read.
    pub(in super::super) direction: &'static str,
    pub(in super::super) shared: Shared,
    pub(in super::super) own: Own,
    /// `3 products`, or how many there are at least.
    pub(in super::super) products: fn(i64, bool) -> String,
    /// `Cart, 0 things`.
    pub(in super::super) empty_cart: &'static str,
}
