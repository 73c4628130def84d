//! The contract as tests that every backend runs, and the comparison of every backend with the reference.
//!
//! Clauses 1 to 4, 9 and 11 are `places`, 6, 7 and 10 `listing`, 5 all that asks for reports, and at random `random`, 8 `audit`,
//! 12 `several`.
//! A backend runs all of them: none is for one engine alone. What an engine can get wrong beyond its answers (kills, locks,
//! files, upgrades) is tested beside it.

mod as_sent;
mod audit;
mod channels;
mod funnels;
mod glances;
mod goods;
mod listing;
mod money;
mod paths;
pub(crate) mod places;
pub(crate) mod queries;
pub(crate) mod random;
#[cfg(feature = "duckdb")]
mod random_goods;
#[cfg(feature = "duckdb")]
mod random_journeys;
mod reports;
mod retentions;
pub(crate) mod sample;
mod several;
mod visits;

/// Runs every clause against the store that `$make` gives (with whatever has to outlive it).
macro_rules! backend {
    ($backend:ident, $make:expr) => {
        mod $backend {
            backend!(@clauses $make,
                super::places::a_batch_is_committed_whole,
                super::places::a_batch_that_does_not_belong_is_refused,
                super::places::an_empty_batch_moves_the_position,
                super::places::marks_tell_where_every_partition_stands,
                super::places::partitions_are_inserted_side_by_side,
                super::places::a_store_says_whose_it_is,
                super::places::the_state_goes_with_the_position,
                super::places::a_row_that_cannot_be_stored_is_named,
                super::places::offsets_have_64_bits,
                super::places::resume_gives_back_what_was_committed,
                super::places::resume_tells_what_opens_visits_and_who_was_named,
                super::places::resume_goes_back_as_far_as_asked,
                super::places::seen_finds_exactly_the_stored_ids,
                super::listing::events_come_newest_received_first,
                super::listing::events_are_filtered,
                super::listing::events_are_listed_page_by_page,
                super::listing::pages_of_several_partitions_have_every_event,
                super::listing::dead_letters_are_listed,
                super::listing::dead_letters_are_discarded,
                super::listing::dead_letters_are_kept_for_14_days,
                super::listing::dead_letters_outlive_a_clock_set_ahead,
                super::listing::dead_letters_are_kept_up_to_10_000_per_partition_site_and_day,
                super::listing::forget_removes_exactly_the_named,
                super::listing::an_export_is_the_list_in_parts,
                super::listing::what_is_old_leaves_and_money_stays,
                super::listing::a_person_is_forgotten_and_money_stays,
                super::listing::the_fingerprint_sees_every_difference,
                super::channels::a_visit_comes_by_one_channel,
                super::as_sent::a_path_is_known_as_it_was_sent,
                super::reports::totals,
                super::reports::visits_are_aggregated_before_filters,
                super::reports::pages_carry_the_bounces_of_their_entries,
                super::reports::time_buckets,
                super::reports::uneven_time_buckets,
                super::reports::time_on_page,
                super::reports::properties,
                super::glances::what_nobody_did_is_no_visit_and_no_interaction,
                super::reports::missing_values,
                super::reports::order_and_pages_of_the_table,
                super::reports::money_and_bots_do_not_count,
                super::visits::a_visit_keeps_its_source_across_midnight,
                super::visits::a_visit_counts_in_the_bucket_in_which_it_began,
                super::visits::the_exit_page_is_that_of_the_whole_visit,
                super::visits::a_visit_counts_once_under_the_facts_of_its_first_page,
                super::visits::a_session_that_is_named_again_is_another_visit,
                super::visits::events_without_a_visit_count_in_no_visitor,
                super::visits::converters_are_among_the_visitors,
                super::money::every_metric_of_money,
                super::money::products_add_up_to_the_orders,
                super::money::an_order_belongs_to_its_visit,
                super::money::currencies_are_told,
                super::money::conversions,
                super::money::fields_of_money_are_refused_elsewhere,
                super::funnels::a_visitor_counts_by_the_best_attempt,
                super::funnels::steps_come_in_order_within_the_window,
                super::funnels::a_drop_has_causes_that_add_up,
                super::funnels::value_is_of_the_orders_on_the_way,
                super::funnels::funnels_without_an_answer_are_refused,
                super::retentions::visitors_come_back,
                super::retentions::customers_come_back,
                super::retentions::retention_without_an_answer_is_refused,
                super::paths::visits_go_from_page_to_page,
                super::paths::paths_have_ends,
                super::paths::paths_without_an_answer_are_refused,
                super::reports::what_has_no_answer_is_refused,
                super::reports::hostile_questions_are_answered,
                super::several::several_queries_are_answered_in_their_order,
                super::several::several_queries_see_one_moment,
                super::goods::products_are_counted_with_what_stock_there_was,
                super::goods::searches_are_counted_by_what_came_of_them,
                super::goods::products_are_counted_by_what_fits,
                super::goods::rules_hold_for_products_and_searches,
                super::audit::money_is_listed_by_order,
                super::audit::repeated_ids_are_told,
            );
        }
    };
    (@clauses $make:expr, $(super::$module:ident::$clause:ident,)*) => {
        $(#[tokio::test]
        async fn $clause() {
            let (store, _keep) = $make;
            super::$module::$clause(&store).await;
        })*
    };
}

backend!(memory, (crate::MemoryStore::new(), ()));

#[cfg(feature = "duckdb")]
fn duckdb() -> (crate::DuckStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::DuckStore::open(crate::Options::new(folder.path().join("events.duckdb"))).unwrap();
    (store, folder)
}

#[cfg(feature = "duckdb")]
backend!(duckdb, super::duckdb());

#[cfg(feature = "duckdb")]
#[tokio::test]
async fn duckdb_answers_as_the_reference_does() {
    random::answers_as_the_reference_does(duckdb).await;
}

#[cfg(feature = "duckdb")]
#[tokio::test]
async fn duckdb_follows_visitors_as_the_reference_does() {
    random_journeys::answers_as_the_reference_does(duckdb).await;
}
