-- Totals of days from before kassa, as another tool counted them: what a site had on a day in all, or with one value of what kind
-- names. Each is a line of a file that was brought in; sources have more than one text, and pages may have a host.
CREATE TABLE day_totals (
    batch_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    site TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT,
    host TEXT,
    channel TEXT,
    referrer TEXT,
    utm_source TEXT,
    utm_medium TEXT,
    utm_campaign TEXT,
    utm_term TEXT,
    utm_content TEXT,
    visitors INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    pageviews INTEGER NOT NULL,
    bounces INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (batch_id, line)
) STRICT;
CREATE INDEX day_totals_by_day ON day_totals (site, kind, day);
-- From which day to which a batch has any, for each site.
CREATE TABLE day_total_spans (
    batch_id TEXT NOT NULL,
    site TEXT NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (batch_id, site)
) STRICT;
