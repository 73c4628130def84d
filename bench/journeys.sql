-- Three questions that follow visitors, written by hand against the tables of the DuckDB event store. `make bench` compares kassa's
-- answers to the same questions with these, though kassa tells more (times, value, trend, edges); a test compares what both find.
--
-- $1 is the site, $2 and $3 the range (from, to). The definitions are those of crates/eventstore/src/journey.

-- name: funnel
WITH marked AS (
    SELECT visitor, occurred_at, sequence, name = 'click' AS is_click,
        order_id IS NULL AND name = 'page_view' AND contains(path, '/p/1') AS is_first,
        order_id IS NULL AND name = 'page_view' AND contains(path, '/p/2') AS is_third
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at <= $3 + INTERVAL 1 DAY AND session <> 0
        AND (order_id IS NOT NULL OR NOT bot) AND (name = 'click' OR contains(path, '/p/1') OR contains(path, '/p/2'))
),
-- When the latest attempt began that had come as far before an event: the latest has most of its window left.
first AS (
    SELECT *, max(CASE WHEN is_first AND occurred_at < $3 THEN occurred_at END) OVER earlier AS begun
    FROM marked
    WINDOW earlier AS (PARTITION BY visitor ORDER BY occurred_at, sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
second AS (
    SELECT *, max(CASE WHEN is_click AND occurred_at <= begun + INTERVAL 1 DAY THEN begun END) OVER earlier AS begun_twice
    FROM first
    WINDOW earlier AS (PARTITION BY visitor ORDER BY occurred_at, sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
third AS (
    SELECT *, max(CASE WHEN is_third AND occurred_at <= begun_twice + INTERVAL 1 DAY THEN begun_twice END) OVER earlier AS begun_thrice
    FROM second
    WINDOW earlier AS (PARTITION BY visitor ORDER BY occurred_at, sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
reached AS (
    SELECT visitor, bool_or(is_first AND occurred_at < $3) AS one,
        bool_or(is_click AND occurred_at <= begun + INTERVAL 1 DAY) AS two,
        bool_or(is_third AND occurred_at <= begun_twice + INTERVAL 1 DAY) AS three,
        bool_or(is_click AND occurred_at <= begun_thrice + INTERVAL 1 DAY) AS four
    FROM third GROUP BY visitor
)
SELECT count(*) FILTER (one) AS one, count(*) FILTER (two) AS two, count(*) FILTER (three) AS three, count(*) FILTER (four) AS four
FROM reached;

-- name: retention
WITH seen AS (
    SELECT DISTINCT visitor, date_trunc('day', occurred_at) AS day
    FROM events
    WHERE site = $1 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND session <> 0
),
first AS (SELECT visitor, min(day) AS day FROM seen GROUP BY visitor)
SELECT date_diff('day', $2, first.day) AS cohort, date_diff('day', first.day, seen.day) AS later, count(*) AS visitors
FROM seen JOIN first ON first.visitor = seen.visitor
WHERE first.day >= $2
GROUP BY cohort, later ORDER BY cohort, later;

-- name: paths
WITH viewed AS (
    SELECT session, visit_started_at, occurred_at, sequence, path, lag(path) OVER visit AS before
    FROM events
    WHERE site = $1 AND visit_started_at >= $2 AND visit_started_at < $3 AND NOT bot AND order_id IS NULL AND session <> 0
        AND name = 'page_view' AND path IS NOT NULL
    WINDOW visit AS (PARTITION BY session, visit_started_at ORDER BY occurred_at, sequence)
),
steps AS (
    SELECT path, row_number() OVER (PARTITION BY session, visit_started_at ORDER BY occurred_at, sequence) AS step
    FROM viewed WHERE path IS DISTINCT FROM before
)
SELECT step, path, count(*) AS visits
FROM steps WHERE step <= 5
GROUP BY step, path
QUALIFY row_number() OVER (PARTITION BY step ORDER BY visits DESC, path) <= 10
ORDER BY step, visits DESC, path;
