"""The standing worklists as SQL, each under the reader's pass: who stands in it, since when, and by which sources.

Every statement gives ``person_id, since, kind, detail, sources, unconfirmed``: ``detail`` is JSON of codes and dates
(words are made where it is shown). What speaks for a finding counts as of its source's own last day where the source
is late; what would clear somebody counts only as of the last day of which anything is known: a late source clears
nobody. Imports nothing.
"""

from __future__ import annotations

__all__ = ["PLAN", "QUERIES", "ROWS"]

PLAN = """
SELECT set_config('enable_nestloop', CASE WHEN bool_or(
         reltuples < 1000 OR pg_relation_size(oid) > 2 * 8192 * greatest(relpages, 1)::bigint
       ) THEN 'off' ELSE 'on' END, true)
  FROM pg_class WHERE oid IN ('registry_entry'::regclass, 'registry_identity'::regclass, 'registry_person'::regclass)
"""
"""Until the database has counted a table after a load it takes it for empty and a loop in a loop for cheap: minutes for
a county. A table that was never counted, or has more than doubled since, is joined without loops."""

_DAYS = (
    "day_of AS (SELECT * FROM unnest(%(codes)s::text[], %(days)s::date[], %(stale)s::boolean[]) d(source, day, stale))"
)

_HELD = """held AS (
  SELECT i.person_id, i.identity, i.source, i.from_date, i.to_date, coalesce(d.stale, false) AS stale
    FROM registry_identity i LEFT JOIN day_of d ON d.source = i.source
   WHERE NOT i.superseded AND i.from_date <= %(day)s
     AND (i.to_date IS NULL OR i.to_date >= least(coalesce(d.day, %(day)s), %(day)s))
)"""
"""Identities that count as a finding: in force on the source's own day."""

_DECIDED = "decided AS (SELECT * FROM held WHERE source = ANY (%(recognisers)s))"
_FLAGGED = """flagged AS (
  SELECT i.person_id, i.identity FROM registry_identity i
   WHERE NOT i.superseded AND i.source = ANY (%(flaggers)s) AND i.from_date <= %(day)s
     AND (i.to_date IS NULL OR i.to_date >= %(day)s)
)"""
"""Flags that may clear somebody: in force on the last day that is known."""

_SMALL = """small AS (
  SELECT DISTINCT e.person_id FROM registry_entry e
   WHERE e.until IS NULL AND e.target IN ('recognitions', 'flags', 'members', 'disabilities', 'subsidies', 'warnings',
     'received', 'aid') AND e.person_id IS NOT NULL
)"""
"""People on any list but that of everyone insured: two sources can contradict each other of these alone."""

_NOT_FLAGGED = f"""
WITH {_DAYS}, {_HELD}, {_DECIDED}, {_FLAGGED}
SELECT r.person_id, min(r.from_date) AS since, 'not_flagged' AS kind,
       jsonb_build_object('identities', jsonb_agg(DISTINCT r.identity),
                          'pending', bool_and(r.from_date > %(flag_day)s)) AS detail,
       array_agg(DISTINCT r.source) AS sources,
       bool_or(r.stale OR r.to_date < %(day)s) AS unconfirmed
  FROM decided r
 WHERE r.person_id NOT IN (SELECT person_id FROM flagged)
 GROUP BY r.person_id
"""

_LATE = f"""
WITH {_DAYS}, {_HELD}, {_DECIDED},
marks AS (
  -- Whoever was born into a household that was recognised before is recognised from birth.
  SELECT r.person_id, r.identity, r.source, greatest(r.from_date, p.birth_date) AS from_date, r.stale,
         min(coalesce(f.flagged_on, f.from_date)) AS first
    FROM decided r
    JOIN registry_person p ON p.id = r.person_id
    JOIN registry_identity f ON f.person_id = r.person_id AND f.identity = r.identity AND NOT f.superseded
     AND f.source = ANY (%(flaggers)s) AND (f.to_date IS NULL OR f.to_date >= r.from_date)
   GROUP BY r.person_id, r.identity, r.source, r.from_date, p.birth_date, r.stale
)
SELECT person_id, min(from_date) AS since, 'late_flag' AS kind,
       (jsonb_agg(jsonb_build_object('identity', identity, 'from', from_date, 'flagged', first,
                                     'days', first - from_date) ORDER BY from_date, identity)) -> 0 AS detail,
       array_agg(DISTINCT source) AS sources, bool_or(stale) AS unconfirmed
  FROM marks WHERE first - from_date > %(late)s
 GROUP BY person_id
"""

_HARDSHIP = "hard AS (SELECT person_id, min(from_date) AS since, array_agg(DISTINCT source) AS sources,"
_HARDSHIP += " jsonb_agg(DISTINCT identity) AS identities, bool_or(stale) AS stale FROM held GROUP BY person_id)"

_UNINSURED = f"""
WITH {_DAYS}, {_HELD}, {_HARDSHIP},
lines AS (
  SELECT e.person_id, array_agg(DISTINCT e.source::text) AS sources,
         bool_or(coalesce(e.data ->> 'status', 'insured') = 'insured'
                 AND coalesce((e.data ->> 'paused_on')::date > %(day)s, true)) AS runs
    FROM hard h JOIN registry_entry e ON e.person_id = h.person_id AND e.target = 'enrolments'
   WHERE e.until IS NULL AND e.data ->> 'year' = %(year)s GROUP BY e.person_id
)
SELECT h.person_id, greatest(h.since, %(year_begin)s) AS since, 'uninsured' AS kind,
       jsonb_build_object('identities', h.identities, 'year', %(year)s, 'said', l.person_id IS NOT NULL) AS detail,
       h.sources::text[] || coalesce(l.sources, ARRAY[]::text[]) AS sources,
       h.stale OR %(enrolment_stale)s AS unconfirmed
  -- Of a file that waits to be told apart from another it is not known where its insurance stands.
  FROM hard h JOIN registry_person p ON p.id = h.person_id AND p.died_on IS NULL AND NOT p.provisional
  LEFT JOIN lines l ON l.person_id = h.person_id
 WHERE NOT coalesce(l.runs, false) AND (%(whole_list)s OR l.person_id IS NOT NULL)
"""

_TWICE = """
WITH several AS (
  SELECT person_id FROM registry_entry
   WHERE target = 'enrolments' AND until IS NULL AND person_id IS NOT NULL GROUP BY person_id HAVING count(*) > 1
),
lines AS (
  SELECT e.person_id, e.source, e.data ->> 'scheme' AS scheme, left(e.data ->> 'insured_region', 6) AS region,
         coalesce((e.data ->> 'enrolled_on')::date, e.as_of) AS since
    FROM several s JOIN registry_entry e ON e.person_id = s.person_id AND e.target = 'enrolments'
   WHERE e.until IS NULL AND e.data ->> 'year' = %(year)s AND coalesce(e.data ->> 'status', 'insured') = 'insured'
     AND coalesce((e.data ->> 'paused_on')::date > %(day)s, true)
  UNION ALL
  -- A row of a check that says of one person both: insured as a resident and as an employee.
  SELECT e.person_id, e.source, s.scheme, left(e.data ->> s.region, 6), e.as_of
    FROM registry_entry e, (VALUES ('resident', 'insured_region'), ('employee', 'employee_region')) s(scheme, region)
   WHERE e.target = 'enrolments' AND e.until IS NULL AND e.source = ANY (%(checks)s)
     AND e.person_id IS NOT NULL AND e.data ->> 'year' = %(year)s
     AND e.data ->> 'is_resident' = '是' AND e.data ->> 'is_employee' = '是'
)
SELECT person_id, max(since) AS since, 'insured_twice' AS kind,
       jsonb_build_object('year', %(year)s, 'schemes', jsonb_agg(DISTINCT scheme),
                          'places', coalesce(jsonb_agg(DISTINCT region) FILTER (WHERE region <> ''), '[]')) AS detail,
       array_agg(DISTINCT source::text) AS sources, %(enrolment_stale)s AS unconfirmed
  FROM lines GROUP BY person_id
HAVING count(DISTINCT scheme) > 1 OR count(DISTINCT nullif(region, '')) > 1
"""

_ELSEWHERE = f"""
WITH {_DAYS}, {_HELD}, {_HARDSHIP},
known AS (
  SELECT person_id, since, sources::text[] AS sources, identities, stale FROM hard
  UNION ALL
  SELECT e.person_id, e.as_of, ARRAY[e.source::text], '[]'::jsonb, false FROM registry_entry e
   WHERE e.target = 'warnings' AND e.until IS NULL AND e.person_id NOT IN (SELECT person_id FROM hard)
),
placed AS (
  SELECT k.person_id, min(k.since) AS since, array_agg(DISTINCT s.source) AS sources,
         (array_agg(k.identities))[1] AS identities, bool_or(k.stale) AS stale
    FROM known k, unnest(k.sources) s(source) GROUP BY k.person_id
)
SELECT w.person_id, w.since, 'elsewhere' AS kind,
       jsonb_build_object('identities', w.identities, 'living', c.county, 'insured', left(p.insured_region, 6),
                          'registered', left(p.registered_region, 6)) AS detail,
       w.sources, w.stale AS unconfirmed
  FROM placed w JOIN registry_person p ON p.id = w.person_id AND p.died_on IS NULL,
       LATERAL (SELECT CASE WHEN nlevel(p.region_path) > 3 THEN subltree(p.region_path, 3, 4)::text ELSE '' END
                       AS county) c
 WHERE (SELECT count(DISTINCT one)
          FROM unnest(ARRAY[c.county, left(p.insured_region, 6), left(p.registered_region, 6)]) one
         WHERE one <> '') > 1
"""

_CONTRADICTIONS = f"""
WITH {_DAYS}, {_HELD}, {_DECIDED}, {_FLAGGED}, {_SMALL},
told AS (
  SELECT e.person_id, e.source::text AS source, e.as_of, e.data ->> 'birth_date' AS birth_date,
         nullif(e.data ->> 'sex', 'unknown') AS sex, nullif(e.data ->> 'township', '') AS township
    FROM small s JOIN registry_entry e ON e.person_id = s.person_id AND e.until IS NULL
),
-- Whose rows differ at all is seen in one pass: making up what each source says of everyone costs more.
spread AS (
  SELECT person_id, source, as_of, birth_date, sex, township,
         min(birth_date) OVER p <> max(birth_date) OVER p AS births, min(sex) OVER p <> max(sex) OVER p AS sexes,
         min(township) OVER p <> max(township) OVER p AS townships
    FROM told WINDOW p AS (PARTITION BY person_id)
),
said AS (
  SELECT t.person_id, t.source, t.as_of, v.field, v.value
    FROM spread t,
         LATERAL (VALUES ('birth_date', t.birth_date, t.births), ('sex', t.sex, t.sexes),
                         ('township', t.township, t.townships)) v(field, value, differs)
   WHERE v.value <> '' AND v.differs
),
fields AS (
  SELECT person_id, max(as_of) AS since, field AS kind,
         jsonb_build_object('values', jsonb_agg(DISTINCT jsonb_build_object('source', source, 'value', value)))
           AS detail,
         array_agg(DISTINCT source) AS sources
    FROM said GROUP BY person_id, field HAVING count(DISTINCT value) > 1
),
side AS (
  SELECT person_id, min(from_date) AS since, array_agg(DISTINCT source) FILTER (WHERE decides) AS sources,
         array_agg(DISTINCT identity) FILTER (WHERE decides) AS recognised,
         array_agg(DISTINCT identity) FILTER (WHERE NOT decides) AS flags
    FROM (SELECT person_id, identity::text, from_date, source::text, true AS decides FROM decided
           UNION ALL SELECT person_id, identity::text, NULL, NULL, false FROM flagged) x
   GROUP BY person_id
),
classes AS (
  SELECT person_id, since, 'identity' AS kind,
         jsonb_build_object('identities', ARRAY(SELECT unnest(recognised) EXCEPT SELECT unnest(flags) ORDER BY 1),
                            'flags', flags) AS detail,
         sources || (%(flaggers)s)::text[] AS sources
    FROM side WHERE recognised IS NOT NULL AND flags IS NOT NULL AND NOT recognised <@ flags
),
dead AS (
  SELECT p.id AS person_id, p.died_on AS since, 'alive' AS kind,
         jsonb_build_object('died_on', p.died_on) AS detail, array_agg(DISTINCT h.source::text) AS sources
    FROM registry_person p JOIN held h ON h.person_id = p.id
   WHERE p.died_on <= %(day)s GROUP BY p.id, p.died_on
),
every AS (SELECT * FROM fields UNION ALL SELECT * FROM classes UNION ALL SELECT * FROM dead)
SELECT e.person_id, e.since, e.kind, e.detail, e.sources,
       EXISTS (SELECT 1 FROM day_of d WHERE d.stale AND d.source = ANY (e.sources)) AS unconfirmed
  FROM every e
"""

_DEAD = f"""
WITH {_DAYS},
listed AS (
  SELECT p.id AS person_id, p.died_on, e.source::text AS source, e.target, coalesce(d.stale, false) AS stale
    FROM registry_person p JOIN registry_entry e ON e.person_id = p.id AND e.until IS NULL
    LEFT JOIN day_of d ON d.source = e.source
   WHERE p.died_on IS NOT NULL AND p.merged_into_id IS NULL AND p.died_on < coalesce(d.day, e.as_of)
     AND e.target IN ('recognitions', 'flags', 'members', 'disabilities', 'enrolments', 'subsidies')
     AND NOT coalesce((e.data ->> 'to')::date <= p.died_on, false)
     AND NOT coalesce((e.data ->> 'paused_on')::date <= %(day)s, false)
     -- A year's list of the insured rightly names who died in that year.
     AND NOT (e.target = 'enrolments' AND coalesce((e.data ->> 'year')::int <= extract(year FROM p.died_on), true))
     AND NOT (e.target = 'subsidies' AND coalesce((e.data ->> 'paid_on')::date <= p.died_on, true))
)
SELECT person_id, died_on AS since, 'dead' AS kind,
       jsonb_build_object('died_on', died_on, 'lists', jsonb_agg(DISTINCT target)) AS detail,
       array_agg(DISTINCT source) AS sources, bool_or(stale) AS unconfirmed
  FROM listed GROUP BY person_id, died_on
"""

_UNRECOGNISED = f"""
WITH {_DAYS}, {_HELD}
SELECT e.person_id, min(coalesce((e.data ->> 'warned_on')::date, e.as_of)) AS since, 'unrecognised' AS kind,
       jsonb_build_object('own', max((e.data ->> 'own_total')::bigint), 'year', max(e.data ->> 'year')) AS detail,
       array_agg(DISTINCT e.source::text) AS sources, bool_or(coalesce(d.stale, false)) AS unconfirmed
  FROM registry_entry e LEFT JOIN day_of d ON d.source = e.source
 WHERE e.target = 'warnings' AND e.until IS NULL AND e.person_id IS NOT NULL
   AND e.person_id NOT IN (SELECT person_id FROM held WHERE to_date IS NULL OR to_date >= %(day)s)
 GROUP BY e.person_id
"""

QUERIES = {
    "not_flagged": _NOT_FLAGGED, "late_flag": _LATE, "uninsured": _UNINSURED, "insured_twice": _TWICE,
    "elsewhere": _ELSEWHERE, "contradictions": _CONTRADICTIONS, "dead": _DEAD, "unrecognised": _UNRECOGNISED,
}  # fmt: skip
"""Code of a list → its statement."""

ROWS = """
SELECT q.person_id, q.since, q.kind, q.detail, q.sources, q.unconfirmed,
       p.name, p.number_sealed, p.birth_date, p.sex, p.region_path::text, count(*) OVER () AS total
  FROM ({query}) q JOIN registry_person p ON p.id = q.person_id
 WHERE p.merged_into_id IS NULL
   AND (%(place)s = '' OR p.region_path <@ nullif(%(place)s, '')::ltree)
   AND (%(source)s = '' OR %(source)s = ANY (q.sources))
   AND (%(kind)s = '' OR q.kind = %(kind)s)
   AND (%(born_from)s::date IS NULL OR p.birth_date >= %(born_from)s::date)
   AND (%(born_to)s::date IS NULL OR p.birth_date <= %(born_to)s::date)
 ORDER BY q.since NULLS LAST, q.person_id, q.kind LIMIT %(limit)s OFFSET %(offset)s
"""
