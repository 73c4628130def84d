-- Five dashboard queries, written by hand against the tables of the DuckDB event store. `make bench` compares kassa's
-- own statements for the same questions with these.
--
-- $1 is the site, $2 and $3 the range (from, to), $4 a page. They keep the definitions of the design: bots and money
-- are left out, events of one instant are in the order of the log.

-- name: totals
WITH visits AS (
    SELECT session, min(occurred_at) AS first_time, max(occurred_at) AS last_time,
        count(*) FILTER (name = 'page_view') AS page_views,
        count(*) FILTER (name NOT IN ('page_view', 'time_on_page') AND NOT starts_with(name, 'hover_')) AS interactive
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
    GROUP BY session
)
SELECT
    (SELECT count(DISTINCT visitor) FROM events
     WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL) AS visitors,
    count(*) AS visits, sum(page_views) AS pageviews,
    100 * count(*) FILTER (page_views = 1 AND interactive = 0) AS bounces,
    sum((epoch_us(last_time) - epoch_us(first_time)) // 1000000) AS duration
FROM visits;

-- name: days
SELECT date_trunc('day', occurred_at) AS day, count(DISTINCT visitor) AS visitors,
    count(*) FILTER (name = 'page_view') AS pageviews
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
GROUP BY day ORDER BY day;

-- name: pages
SELECT path, count(DISTINCT visitor) AS visitors, count(*) FILTER (name = 'page_view') AS pageviews
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
GROUP BY path ORDER BY visitors DESC, path LIMIT 10;

-- name: sources
WITH visits AS (
    SELECT session, any_value(visitor) AS visitor,
        arg_min_null(source, (occurred_at, sequence)) FILTER (name = 'page_view') AS entry_source,
        count(*) FILTER (name = 'page_view') AS page_views,
        count(*) FILTER (name NOT IN ('page_view', 'time_on_page') AND NOT starts_with(name, 'hover_')) AS interactive
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
    GROUP BY session
)
SELECT entry_source, count(DISTINCT visitor) AS visitors,
    100 * count(*) FILTER (page_views = 1 AND interactive = 0) AS bounces, count(*) AS visits
FROM visits GROUP BY entry_source ORDER BY visitors DESC, entry_source LIMIT 10;

-- name: devices
SELECT device, browser, count(DISTINCT visitor) AS visitors
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND path = $4
GROUP BY device, browser ORDER BY visitors DESC, device, browser LIMIT 10;
