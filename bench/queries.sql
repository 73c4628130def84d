-- Five dashboard queries, written by hand against the event table: what `make bench` measures reports against (part e).
-- Each statement follows its name and the same question as /v1/query takes it, one line each. The rows are those of
-- bench/src/rows.rs: one site, January 2026, no bots but counted out all the same.

-- name: totals
-- query: {"site_id":"bench","date_range":["2026-01-01","2026-01-31"],"metrics":["visitors","visits","pageviews","bounce_rate","visit_duration"]}
SELECT count(DISTINCT visitor), count(*), sum(views), 100.0 * count(*) FILTER (views = 1 AND NOT interactive) / count(*), avg(seconds)
FROM (
    SELECT any_value(visitor) AS visitor, count(*) FILTER (name = 'page_view') AS views,
        bool_or(name NOT IN ('page_view', 'time_on_page', 'hover_enter', 'hover_leave')) AS interactive,
        date_diff('second', min(occurred_at), max(occurred_at)) AS seconds
    FROM events
    WHERE site = 'bench' AND NOT bot AND occurred_at >= TIMESTAMP '2026-01-01' AND occurred_at < TIMESTAMP '2026-02-01'
    GROUP BY session
);

-- name: days
-- query: {"site_id":"bench","date_range":["2026-01-01","2026-01-31"],"metrics":["visitors","pageviews"],"dimensions":["time:day"]}
SELECT date_trunc('day', occurred_at) AS day, count(DISTINCT visitor), count(*) FILTER (name = 'page_view')
FROM events
WHERE site = 'bench' AND NOT bot AND occurred_at >= TIMESTAMP '2026-01-01' AND occurred_at < TIMESTAMP '2026-02-01'
GROUP BY day ORDER BY day;

-- name: top pages
-- query: {"site_id":"bench","date_range":["2026-01-01","2026-01-31"],"metrics":["visitors","pageviews"],"dimensions":["event:page"],"order_by":[["visitors","desc"]],"pagination":{"limit":10}}
SELECT path, count(DISTINCT visitor) AS visitors, count(*) FILTER (name = 'page_view')
FROM events
WHERE site = 'bench' AND NOT bot AND occurred_at >= TIMESTAMP '2026-01-01' AND occurred_at < TIMESTAMP '2026-02-01'
GROUP BY path ORDER BY visitors DESC, path LIMIT 10;

-- name: sources
-- query: {"site_id":"bench","date_range":["2026-01-01","2026-01-31"],"metrics":["visitors","bounce_rate"],"dimensions":["visit:source"],"order_by":[["visitors","desc"]],"pagination":{"limit":10}}
SELECT source, count(DISTINCT visitor) AS visitors, 100.0 * count(*) FILTER (views = 1 AND NOT interactive) / count(*)
FROM (
    SELECT any_value(visitor) AS visitor, arg_min_null(source, occurred_at) FILTER (name = 'page_view') AS source,
        count(*) FILTER (name = 'page_view') AS views,
        bool_or(name NOT IN ('page_view', 'time_on_page', 'hover_enter', 'hover_leave')) AS interactive
    FROM events
    WHERE site = 'bench' AND NOT bot AND occurred_at >= TIMESTAMP '2026-01-01' AND occurred_at < TIMESTAMP '2026-02-01'
    GROUP BY session
)
GROUP BY source ORDER BY visitors DESC, source LIMIT 10;

-- name: browsers of one page
-- query: {"site_id":"bench","date_range":["2026-01-01","2026-01-31"],"metrics":["visitors","events"],"dimensions":["visit:browser"],"filters":[["is","event:page",["/p/7"]]],"order_by":[["visitors","desc"]],"pagination":{"limit":10}}
SELECT browser, count(DISTINCT visitor) AS visitors, count(*)
FROM events
WHERE site = 'bench' AND NOT bot AND occurred_at >= TIMESTAMP '2026-01-01' AND occurred_at < TIMESTAMP '2026-02-01' AND path = '/p/7'
GROUP BY browser ORDER BY visitors DESC, browser LIMIT 10;
