-- Five dashboard queries, written by hand against the tables of the DuckDB event store. `make bench` compares kassa's
-- own statements for the same questions with these; a test compares what both find.
--
-- $1 is the site, $2 and $3 the range (from, to), $4 a page. They keep the definitions of the design: bots and money
-- are left out; what happened counts where it happened, a visit where it began, and its facts stand on its rows. `weight`
-- is 1 for a page view, 2 for what somebody did, 0 for the rest, which extends no visit.

-- name: totals
WITH begun AS (
    SELECT session, visit_started_at, occurred_at, CASE WHEN name = 'page_view' THEN 1
            WHEN name IN ('time_on_page', 'identify', 'group', 'alias') OR starts_with(name, 'hover_') OR non_interactive
            THEN 0 ELSE 2 END AS weight
    FROM events
    WHERE site = $1 AND visit_started_at >= $2 AND visit_started_at < $3 AND NOT bot AND order_id IS NULL
),
visits AS (
    SELECT session, sum(weight) AS weight, min(occurred_at) FILTER (weight > 0) AS first_time,
        max(occurred_at) FILTER (weight > 0) AS last_time
    FROM begun GROUP BY session, visit_started_at
)
SELECT visitors, pageviews, count(*) AS visits, 100 * count(*) FILTER (weight = 1) AS bounces,
    sum((epoch_us(last_time) - epoch_us(first_time)) // 1000000) AS duration
FROM visits, (
    SELECT count(DISTINCT visitor) FILTER (session <> 0) AS visitors, count(*) FILTER (name = 'page_view') AS pageviews
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
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
WITH begun AS (
    SELECT session, visit_started_at, visit_source, CASE WHEN name = 'page_view' THEN 1
            WHEN name IN ('time_on_page', 'identify', 'group', 'alias') OR starts_with(name, 'hover_') OR non_interactive
            THEN 0 ELSE 2 END AS weight
    FROM events
    WHERE site = $1 AND visit_started_at >= $2 AND visit_started_at < $3 AND NOT bot AND order_id IS NULL
),
visits AS (
    SELECT session, min(visit_source) AS visit_source, sum(weight) AS weight
    FROM begun GROUP BY session, visit_started_at
),
bounced AS (
    SELECT visit_source, 100 * count(*) FILTER (weight = 1) AS bounces, count(*) AS visits
    FROM visits GROUP BY visit_source
),
came AS (
    SELECT visit_source, count(DISTINCT visitor) FILTER (session <> 0) AS visitors
    FROM events
    WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL
    GROUP BY visit_source
)
SELECT came.visit_source, visitors, coalesce(bounces, 0) AS bounces, coalesce(visits, 0) AS visits
FROM came LEFT JOIN bounced ON bounced.visit_source IS NOT DISTINCT FROM came.visit_source
ORDER BY visitors DESC, came.visit_source LIMIT 10;

-- name: devices
SELECT visit_device, visit_browser, count(DISTINCT visitor) FILTER (session <> 0) AS visitors
FROM events
WHERE site = $1 AND occurred_at >= $2 AND occurred_at < $3 AND NOT bot AND order_id IS NULL AND path = $4
GROUP BY visit_device, visit_browser ORDER BY visitors DESC, visit_device, visit_browser LIMIT 10;
