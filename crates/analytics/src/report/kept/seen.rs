//! The store as a caller of reports sees it: the one place by which every question goes. To each query it adds the rules of its
//! sites; to those of a share link also the link's segment, and refuses another site than the link's and what its panels do not show; what is no question it refuses to links.
//! Nothing that a request says is looked at here, so nothing that it says can widen a link.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use kassa_access::{Access, Caller, KeptKind, Share};
use kassa_eventstore::export::Line;
use kassa_eventstore::goods::{GoodsQuery, GoodsTable, SearchTerm};
use kassa_eventstore::journey::{
    Funnel, FunnelAnswer, Of, Paths, PathsAnswer, Retention, RetentionAnswer, Scope, Step,
};
use kassa_eventstore::query::{EventFilter, Field, Filter, Operator, Query, Table};
use kassa_eventstore::rules::SiteRules;
use kassa_eventstore::{
    Answers, Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, Lookup,
    Mark, Owned, Resume, Resumed, Row, StoreStatus, check_filter,
};
use kassa_model::Timestamp;
use uuid::Uuid;

use super::names::filters_of;
use super::panels;
use super::rules::of_site;
use crate::report::parse_filter::parse_filters;

/// The store as somebody sees it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    store: Arc<dyn EventStore>,
    access: Access,
    share: Option<Arc<Share>>,
    /// The panel by which it is asked, where that settles what is shown.
    panel: Option<&'static str>,
    /// Rules in the place of those that hold.
    rules: Option<Arc<Vec<SiteRules>>>,
}

impl Seen {
    /// As everybody sees it who may read all of a site.
    pub(crate) fn whole(store: Arc<dyn EventStore>, access: Access) -> Self {
        Self { store, access, share: None, panel: None, rules: None }
    }

    /// As `caller` sees it.
    pub(crate) fn by(&self, caller: &Caller) -> Self {
        let share = match caller {
            Caller::Share(share) => Some(Arc::clone(share)),
            _ => None,
        };
        Self { share, ..self.clone() }
    }

    /// The same by a panel that shows what it shows whatever other panels there are.
    pub(crate) fn by_panel(&self, panel: &'static str) -> Self {
        Self { panel: Some(panel), ..self.clone() }
    }

    /// The same by `rules`, in the place of those that hold.
    pub(crate) fn by_rules(&self, rules: Vec<SiteRules>) -> Self {
        Self { rules: Some(Arc::new(rules)), ..self.clone() }
    }

    /// Whether events of `sites` are left out by rules.
    pub(crate) fn excludes(&self, sites: &[String]) -> bool {
        self.rules_of(sites).iter().any(|rules| rules.excluded.is_some())
    }

    /// The tables of `ruled`, then that of `free` by no rules, all of one moment.
    ///
    /// # Errors
    /// Theirs, of any.
    pub(crate) async fn with_and_without_rules(
        &self,
        ruled: &[Query],
        free: &Query,
    ) -> Result<Vec<Table>, Error> {
        let mut asked = ruled.iter().map(|query| self.narrowed(query)).collect::<Result<Vec<_>, _>>()?;
        asked.push(Query { rules: Vec::new(), ..self.narrowed(free)? });
        self.store.queries(&asked).await?.tables.into_iter().collect()
    }

    /// What is asked in the place of `query`.
    fn narrowed(&self, query: &Query) -> Result<Query, Error> {
        let mut query = query.clone();
        query.rules = self.rules_of(&query.sites);
        let Some(share) = &self.share else { return Ok(query) };
        self.check_site(share, &query.sites)?;
        match self.panel {
            Some(panel) => panels::require(share, panel)?,
            None => panels::check(share, &query)?,
        }
        query.filter = self.in_segment(share, query.filter.take())?;
        Ok(query)
    }

    /// What is asked in the place of `scope` by `panel`; `steps` are what it asks for besides.
    fn within(&self, scope: &Scope, panel: &str, steps: &[&Filter]) -> Result<Scope, Error> {
        let mut scope = Scope { rules: self.rules_of(&scope.sites), ..scope.clone() };
        let Some(share) = &self.share else { return Ok(scope) };
        self.check_site(share, &scope.sites)?;
        panels::require(share, panel)?;
        panels::check_filters(share, scope.filter.iter(), steps)?;
        scope.only = match (self.segment(share)?, scope.only.take()) {
            (Some(segment), Some(only)) => Some(Filter::And(vec![segment, only])),
            (segment, only) => segment.or(only),
        };
        Ok(scope)
    }

    /// Makes `step`, by which visitors are found, one of theirs: orders are there for every question, also of those who are not in the
    /// link's segment.
    fn keep_within(&self, step: &mut Step) -> Result<(), Error> {
        if self.share.as_ref().is_none_or(|share| share.segment.is_none()) {
            return Ok(());
        }
        if step.is_order() {
            let why = "a link within a segment shows what leads to an order, not what begins with one";
            return Err(Error::Invalid(why.to_owned()));
        }
        if let Step::Named(name) = step {
            let values = vec![std::mem::take(name)];
            *step = Step::Fits(Filter::Test { field: Field::Name, operator: Operator::Is, values });
        }
        Ok(())
    }

    /// What fits the link's segment and `filter`.
    fn in_segment(&self, share: &Share, filter: Option<Filter>) -> Result<Option<Filter>, Error> {
        let both = match (self.segment(share)?, filter) {
            (Some(segment), Some(filter)) => Filter::And(vec![segment, filter]),
            (segment, filter) => return Ok(segment.or(filter)),
        };
        check_filter(&both)?;
        Ok(Some(both))
    }

    fn check_site(&self, share: &Share, sites: &[String]) -> Result<(), Error> {
        match sites.iter().all(|site| *site == share.site) {
            true => Ok(()),
            false => Err(Error::Invalid("this link shows another site".to_owned())),
        }
    }

    /// The rules that hold for `sites`; none of those that have none.
    pub(crate) fn rules_of(&self, sites: &[String]) -> Vec<SiteRules> {
        match &self.rules {
            Some(rules) => rules.to_vec(),
            None => sites.iter().filter_map(|site| of_site(&self.access, site)).collect(),
        }
    }

    /// The filter of the link's segment.
    fn segment(&self, share: &Share) -> Result<Option<Filter>, Error> {
        let Some(id) = &share.segment else { return Ok(None) };
        let found = self.access.kept_by_id(KeptKind::Segment, id).filter(|kept| kept.site == share.site);
        let filter = found.map(|kept| parse_filters(&filters_of(&kept)));
        match filter {
            Some(Ok(Some(filter))) => Ok(Some(filter)),
            // Without its segment a link shows nothing.
            _ => Err(Error::Invalid("the segment of this link is gone".to_owned())),
        }
    }

    /// Refuses what is no query to links.
    fn whole_only(&self) -> Result<&dyn EventStore, Error> {
        match self.share {
            None => Ok(self.store.as_ref()),
            Some(_) => Err(Error::Invalid("a share link does not show this".to_owned())),
        }
    }
}

fn of_step(step: &Step) -> Option<&Filter> {
    match step {
        Step::Named(_) => None,
        Step::Fits(filter) => Some(filter),
    }
}

fn read_only() -> Error {
    Error::Invalid("reports write nothing".to_owned())
}

#[async_trait]
impl EventStore for Seen {
    async fn query(&self, query: &Query) -> Result<Table, Error> {
        self.store.query(&self.narrowed(query)?).await
    }

    async fn queries(&self, queries: &[Query]) -> Result<Answers, Error> {
        let narrowed: Vec<_> = queries.iter().map(|query| self.narrowed(query)).collect();
        let asked: Vec<Query> = narrowed.iter().flatten().cloned().collect();
        let Answers { tables, marks } = self.store.queries(&asked).await?;
        let (mut tables, none) = (tables.into_iter(), || Err(Error::Failed("no table came".to_owned())));
        let table = |narrowed: Result<Query, Error>| match narrowed {
            Ok(_) => tables.next().unwrap_or_else(none),
            Err(refused) => Err(refused),
        };
        Ok(Answers { tables: narrowed.into_iter().map(table).collect(), marks })
    }

    async fn funnel(&self, funnel: &Funnel) -> Result<FunnelAnswer, Error> {
        let steps: Vec<&Filter> = funnel.steps.iter().filter_map(of_step).collect();
        let scope = self.within(&funnel.scope, "funnels", &steps)?;
        let mut steps = funnel.steps.clone();
        if let Some(first) = steps.first_mut() {
            self.keep_within(first)?;
        }
        self.store.funnel(&Funnel { scope, steps, ..funnel.clone() }).await
    }

    async fn retention(&self, asked: &Retention) -> Result<RetentionAnswer, Error> {
        let scope = self.within(&asked.scope, "retention", &[])?;
        // The first order of a customer may lie outside of a segment of visitors' events.
        if let (Of::Customers, Some(share)) = (asked.of, &self.share) {
            panels::require(share, "revenue")?;
            if share.segment.is_some() {
                return Err(Error::Invalid("a link within a segment does not show customers".to_owned()));
            }
        }
        self.store.retention(&Retention { scope, ..asked.clone() }).await
    }

    async fn paths(&self, asked: &Paths) -> Result<PathsAnswer, Error> {
        let steps: Vec<&Filter> = asked.from.iter().chain(&asked.to).filter_map(of_step).collect();
        let scope = self.within(&asked.scope, "paths", &steps)?;
        let mut asked = Paths { scope, ..asked.clone() };
        if let Some(end) = asked.from.as_mut().or(asked.to.as_mut()) {
            self.keep_within(end)?;
        }
        self.store.paths(&asked).await
    }

    async fn goods(&self, query: &GoodsQuery) -> Result<GoodsTable, Error> {
        let mut query = GoodsQuery { rules: self.rules_of(&query.sites), ..query.clone() };
        if let Some(share) = &self.share {
            self.check_site(share, &query.sites)?;
            panels::require(share, "products")?;
            panels::check_filters(share, query.filter.iter(), &[])?;
            query.filter = self.in_segment(share, query.filter.take())?;
        }
        self.store.goods(&query).await
    }

    async fn searches(&self, scope: &Scope) -> Result<Vec<SearchTerm>, Error> {
        let scope = self.within(scope, "products", &[])?;
        // What was searched for is a property of events.
        if let Some(share) = &self.share {
            panels::require(share, "events")?;
        }
        self.store.searches(&scope).await
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error> {
        let store = self.whole_only()?;
        let Some(counted) = &filter.counted else { return store.events(filter).await };
        let counted = Some(counted.ruled(|sites| self.rules_of(sites)));
        store.events(&EventFilter { counted, ..filter.clone() }).await
    }

    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        self.whole_only()?.export_parts(filter).await
    }

    async fn export(&self, part: &EventFilter, line: Line) -> Result<String, Error> {
        self.whole_only()?.export(part, line).await
    }

    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        self.whole_only()?.dead_letters(filter).await
    }

    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        self.whole_only()?.counts().await
    }

    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        self.store.marks().await
    }

    async fn owned(&self) -> Result<Owned, Error> {
        self.whole_only()?.owned().await
    }

    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        self.whole_only()?.seen(partition, lookups, within).await
    }

    async fn status(&self) -> Result<StoreStatus, Error> {
        self.whole_only()?.status().await
    }

    async fn fingerprint(&self) -> Result<String, Error> {
        self.whole_only()?.fingerprint().await
    }

    async fn insert(&self, _: Batch) -> Result<(), InsertError> {
        Err(InsertError::Unavailable("reports write nothing".to_owned()))
    }

    async fn resume(&self, _: Resume, _: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        Err(read_only())
    }

    async fn set_shop_id(&self, _: Uuid) -> Result<(), Error> {
        Err(read_only())
    }

    async fn forget(&self, _: &Forget) -> Result<u64, Error> {
        Err(read_only())
    }
}
