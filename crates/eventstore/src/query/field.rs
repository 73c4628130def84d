//! Fields that can be asked for.

/// A field that can be grouped and filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `event:site`, of the event and of its visit, which is on one site.
    Site,
    /// `event:name`, canonical.
    Name,
    /// `event:page`.
    Page,
    /// `event:hostname`.
    Hostname,
    /// `item:sku`: of the products that the event names, in `sku` and in each of `products`; of money as [`Field::Sku`].
    ItemSku,
    /// `event:props:<key>`: the property's text (strings without quotes, else JSON), a top-level key taken literally.
    Prop(String),
    /// Which visit it is, as 16 hex digits of its beginning (µs) and 16 of its session; no wire name. Ascends with time.
    Visit,
    /// `visit:entry_page`: path of the visit's first event with a page, as all that follow but the exit page.
    EntryPage,
    /// `visit:exit_page`: path of the visit's last page view.
    ExitPage,
    /// `visit:hostname`: its host.
    EntryHost,
    /// `visit:source`.
    Source,
    /// `visit:channel`: [`kassa_model::Channel::of`] its source, medium and campaign.
    Channel,
    /// `visit:referrer`.
    Referrer,
    /// `visit:utm_source`, and the others.
    UtmSource,
    /// See [`Field::UtmSource`].
    UtmMedium,
    /// See [`Field::UtmSource`].
    UtmCampaign,
    /// See [`Field::UtmSource`].
    UtmTerm,
    /// See [`Field::UtmSource`].
    UtmContent,
    /// `visit:device`.
    Device,
    /// `visit:browser`.
    Browser,
    /// `visit:os`.
    Os,
    /// `visit:country`.
    Country,
    /// The name as the client sent it; no wire name, the compat answers need it.
    NameSent,
    /// The path as the client sent it; no wire name, the compat answers need it.
    PageSent,
    /// `product:sku`, of a line of a money record.
    Sku,
    /// `product:name`: as it was when the order was placed.
    ProductName,
    /// `product:category`: as it was when the order was placed.
    ProductCategory,
    /// `order:currency`.
    Currency,
    /// `order:status`: the status that the record's change led to.
    OrderStatus,
    /// `customer:type`: whether the customer of the record's order had ordered before, `new` or `returning`; none where that is
    /// not known. The property [`CUSTOMER_TYPE`] of the record.
    CustomerType,
}

/// The property of a record of money that says whether the customer of its order had ordered before.
pub const CUSTOMER_TYPE: &str = "customer_type";

impl Field {
    /// Whether only the lines of money records have it.
    pub fn is_of_products(&self) -> bool {
        matches!(self, Self::Sku | Self::ProductName | Self::ProductCategory)
    }

    /// Whether it is a field of the visit, not of single events.
    pub fn is_of_visits(&self) -> bool {
        let own = matches!(self, Self::Name | Self::NameSent | Self::ItemSku | Self::Prop(_));
        !(own || self.is_of_money() || matches!(self, Self::Page | Self::PageSent | Self::Hostname))
    }

    /// Whether only money records have it.
    pub fn is_of_money(&self) -> bool {
        self.is_of_products() || matches!(self, Self::Currency | Self::OrderStatus | Self::CustomerType)
    }
}
