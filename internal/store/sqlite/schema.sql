-- The tables of a store, version 1. Times are Unix milliseconds, in step those
-- since the run was created; states are the numbers that the views below spell
-- out. The views are for reading by hand, and all their times are Unix times:
--
--   SELECT * FROM runs;  SELECT * FROM tasks;  SELECT * FROM attempts;  SELECT * FROM writes;
--   SELECT * FROM callbacks;  SELECT * FROM replans;
--
-- They show what is stored; so tasks are running here whose process has died.

-- Every row has a checksum of its columns in sum; sum.go says which. An update
-- by hand makes the row count as damaged.

-- What was planned: one row for each version of a workflow that has runs. There
-- are two of one version only if the first was found damaged.
CREATE TABLE plan (
    id          INTEGER PRIMARY KEY,
    sum         INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    body        TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

-- Who executed: one row for each build on each host, again two only if the
-- first was found damaged.
CREATE TABLE worker (
    id      INTEGER PRIMARY KEY,
    sum     INTEGER NOT NULL,
    host    TEXT    NOT NULL,
    version TEXT    NOT NULL
) STRICT;

-- A run. keys and vals are its initial context, packed as in step.
CREATE TABLE run (
    num      INTEGER PRIMARY KEY CHECK (num > 0),
    sum      INTEGER NOT NULL,
    id       TEXT    NOT NULL UNIQUE,
    plan     INTEGER NOT NULL REFERENCES plan (id),
    created  INTEGER NOT NULL,
    deadline INTEGER,
    status   INTEGER NOT NULL CHECK (status BETWEEN 1 AND 6),
    cause    INTEGER CHECK ((cause IS NULL) = (status <> 3) AND cause BETWEEN 1 AND 3), -- why it is blocked
    ended    INTEGER CHECK ((ended IS NULL) = (status < 4)),
    error    TEXT, -- also the reason of a blocked run
    keys     TEXT,
    vals     BLOB CHECK ((keys IS NULL) = (vals IS NULL))
) STRICT;

-- The runs that have not ended, to be found without looking at the others.
CREATE INDEX run_open ON run (num) WHERE ended IS NULL;

-- The runs that have ended, to find the oldest of each workflow.
CREATE INDEX run_ended ON run (plan, ended) WHERE ended IS NOT NULL;

-- The changes of the plans of runs, in their order.
CREATE TABLE replan (
    id  INTEGER PRIMARY KEY, -- run << 28 | number, from 1
    sum INTEGER NOT NULL,
    run INTEGER NOT NULL AS (id >> 28) REFERENCES run (num),
    at  INTEGER NOT NULL,
    old INTEGER NOT NULL REFERENCES plan (id),
    new INTEGER NOT NULL REFERENCES plan (id)
) STRICT;

-- The greatest number of a deleted run, so that no number is used twice.
CREATE TABLE purged (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    sum  INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= 0)
) STRICT;

-- The history of tasks: a row for each attempt of a task, which also carries
-- the decision about it (first row) and its end (last row). A task that was
-- skipped, or cancelled before its decision, has one row with number 0; one
-- that waits has none. The state of a task is that of its last row.
--
-- leaves is the truth of the rule's leaves. Leaf i is bit i of a number or, if
-- that would have more than 63 bits, bit i%8 of byte i/8; NULL if none is true.
--
-- keys is a JSON object of what the task wrote: each key with the number of
-- bytes of its value, or null if it deleted the key. vals holds the values, as
-- JSON, one behind the other in the same order.
CREATE TABLE step (
    id            INTEGER PRIMARY KEY, -- run << 28 | task << 10 | number
    sum           INTEGER NOT NULL,
    run           INTEGER NOT NULL AS (id >> 28) REFERENCES run (num),
    decided       INTEGER,
    leaves        ANY CHECK (leaves < '' OR leaves >= x''), -- which is true of numbers and blobs, not of text
    interruptions INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
    state         INTEGER NOT NULL CHECK (state BETWEEN 2 AND 9),
    worker        INTEGER REFERENCES worker (id),
    started       INTEGER CHECK (started IS NOT NULL OR state <> 3),
    outcome       INTEGER CHECK (outcome BETWEEN 1 AND 5),
    ended         INTEGER CHECK ((ended IS NULL) = (outcome IS NULL)),
    due           INTEGER, -- the start of the next attempt
    error         TEXT,
    closed        INTEGER, -- the end of the task, if it is not that of the attempt
    keys          TEXT,
    vals          BLOB CHECK ((keys IS NULL) = (vals IS NULL))
) STRICT;

-- The callbacks that are still to be called, or whose end is not recorded yet: a
-- row is added with the end of its task, whose last step says what it was.
CREATE TABLE callback (
    run  INTEGER NOT NULL REFERENCES run (num),
    task INTEGER NOT NULL CHECK (task >= 0),
    sum  INTEGER NOT NULL,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;

CREATE VIEW runs AS
SELECT num, run.id, name AS workflow,
    '["running","paused","blocked","completed","failed","cancelled"]' ->> (status - 1) AS status,
    created, ended, deadline, error, '["plan","violation","undecided"]' ->> (cause - 1) AS cause
FROM run JOIN plan ON plan.id = plan;

CREATE VIEW tasks AS
SELECT run.id AS run, step.id >> 10 & 262143 AS task,
    body ->> ('$.Tasks[' || (step.id >> 10 & 262143) || '].ID') AS name,
    '["ready","running","retrying","deferred","completed","failed","skipped","cancelled"]' ->> (state - 2) AS state,
    iif(started IS NULL, 0, step.id & 1023) AS attempts,
    iif(state >= 6, created + coalesce(closed, step.ended, decided), NULL) AS ended, step.error
FROM step JOIN run ON num = run JOIN plan ON plan.id = plan
WHERE step.id = (SELECT max(id) FROM step AS last WHERE last.id <= step.id | 1023);

CREATE VIEW attempts AS
SELECT run.id AS run, step.id >> 10 & 262143 AS task,
    body ->> ('$.Tasks[' || (step.id >> 10 & 262143) || '].ID') AS name, step.id & 1023 AS attempt,
    '["succeeded","failed","stopped","interrupted","cancelled"]' ->> (outcome - 1) AS outcome,
    created + started AS started, created + step.ended AS ended, created + due AS due,
    interruptions, step.error, host, version
FROM step JOIN run ON num = run JOIN plan ON plan.id = plan JOIN worker ON worker.id = worker;

CREATE VIEW writes AS
SELECT run.id AS run, step.id >> 10 & 262143 AS task, written.key,
    CASE WHEN written.value IS NOT NULL THEN CAST(substr(step.vals,
        1 + coalesce(sum(written.value) OVER (PARTITION BY step.id ORDER BY written.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0),
        written.value) AS TEXT) END AS value
FROM step JOIN run ON run.num = step.run, json_each(step.keys) AS written;

CREATE VIEW callbacks AS
SELECT run.id AS run, task, body ->> ('$.Tasks[' || task || '].ID') AS name
FROM callback JOIN run ON num = run JOIN plan ON plan.id = plan;

CREATE VIEW replans AS
SELECT run.id AS run, at, replan.id & 268435455 AS number, a.fingerprint AS old, b.fingerprint AS new
FROM replan JOIN run ON num = run JOIN plan AS a ON a.id = old JOIN plan AS b ON b.id = new;
