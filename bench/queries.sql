-- Five dashboard queries, written by hand against the tables of the DuckDB event store. `make bench` compares kassa's
-- own statements for the same questions with these.
--
-- $1 is the site, $2 and $3 the range (from, to), $4 a page. They keep the definitions of the design: bots and money
-- are left out; what happened counts where it happened, a visit where it began, and its facts stand on its rows.

-- name: totals
WITH visits AS (
    SELECT session, min(occurred_at) AS first_time, max(occurred_at) AS last_time,
        count(*) FILTER (name = 'page_view') AS page_views,
        count(*) FILTER (name NOT IN ('page_view', 'time_on_page') AND NOT starts_with(name, 'hover_')) AS interactive
    FROM events
    WHERE site = $1 AND visit_started_at >= $2 AND visit_started_at < $3 AND NOT bot AND order_id IS NULL
    GROUP BY session
)
SELECT visitors, pageviews, count(*) AS visits,
    100 * count(*) FILTER (page_views = 1 AND interactive = 0) AS bounces,
    sum((epoch_us(last_time) - epoch_us(first_time)) // 1000000) AS duration
FROM visits, (
    SELECT count(DISTINCT visitor) AS visitors, count(*) FILTER (name = 'page_view') AS pageviews
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND session <> 0
)
GROUP BY visitors, pageviews;

-- name: days
SELECT date_trunc('day', occurred_at) AS day, count(DISTINCT visitor) FILTER (session <> 0) AS visitors,
    count(*) FILTER (name = 'page_view') AS pageviews
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
GROUP BY day ORDER BY day;

-- name: pages
SELECT path, count(DISTINCT visitor) FILTER (session <> 0) AS visitors,
    count(*) FILTER (name = 'page_view') AS pageviews
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
GROUP BY path ORDER BY visitors DESC, path LIMIT 10;

-- name: sources
WITH visits AS (
    SELECT session, min(visit_source) AS visit_source, count(*) FILTER (name = 'page_view') AS page_views,
        count(*) FILTER (name NOT IN ('page_view', 'time_on_page') AND NOT starts_with(name, 'hover_')) AS interactive
    FROM events
    WHERE site = $1 AND visit_started_at >= $2 AND visit_started_at < $3 AND NOT bot AND order_id IS NULL
    GROUP BY session
),
bounced AS (
    SELECT visit_source, 100 * count(*) FILTER (page_views = 1 AND interactive = 0) AS bounces, count(*) AS visits
    FROM visits GROUP BY visit_source
),
came AS (
    SELECT visit_source, count(DISTINCT visitor) AS visitors
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND session <> 0
    GROUP BY visit_source
)
SELECT came.visit_source, visitors, bounces, visits
FROM came LEFT JOIN bounced ON bounced.visit_source IS NOT DISTINCT FROM came.visit_source
ORDER BY visitors DESC, came.visit_source LIMIT 10;

-- name: devices
SELECT visit_device, visit_browser, count(DISTINCT visitor) FILTER (session <> 0) AS visitors
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND path = $4
GROUP BY visit_device, visit_browser ORDER BY visitors DESC, visit_device, visit_browser LIMIT 10;
