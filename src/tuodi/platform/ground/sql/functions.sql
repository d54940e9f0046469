-- Who is asking, and what that one may see. Run by the owner after every migration; safe to run again.
-- The program states nothing about itself: it hands over a pass that is signed with a key outside the database,
-- and the database looks up what the grant named in it may do. See docs/explanation/who-sees-what.md.
-- Every function of the owner names pg_temp last: unnamed, it would come first, and with it an asker's own tables.

CREATE EXTENSION IF NOT EXISTS ltree;
CREATE SCHEMA IF NOT EXISTS tuodi;
REVOKE ALL ON SCHEMA tuodi FROM PUBLIC;
GRANT USAGE ON SCHEMA tuodi TO tuodi_program;

DO $$ BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = 'tuodi' AND t.typname = 'stand'
  ) THEN
    CREATE TYPE tuodi.stand AS (
      kind text, grant_id bigint, user_id bigint, role text, scope public.ltree, organisation_id bigint
    );
  END IF;
END $$;

-- The pass: 1|key|kind|subject|issued|expires|signature; the signature is HMAC-SHA256 over all before it.
CREATE OR REPLACE FUNCTION tuodi.standing() RETURNS tuodi.stand
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  pass text := current_setting('tuodi.pass', true);
  part text[];
  said text;
  pad_inner bytea;
  pad_outer bytea;
  found tuodi.stand;
  -- Where the offices are; a connection's own time zone decides nothing.
  today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  IF coalesce(pass, '') !~ '^1\|[0-9]{1,9}\|(grant|sign_in)\|[0-9]{1,18}\|[0-9]{1,12}\|[0-9]{1,12}\|[0-9a-f]{64}$' THEN
    RETURN NULL;
  END IF;
  part := string_to_array(pass, '|');
  said := left(pass, length(pass) - 65);
  SELECT k.inner_pad, k.outer_pad INTO pad_inner, pad_outer
    FROM ground_passkey k WHERE k.id = part[2]::bigint AND k.retired_at IS NULL;
  IF pad_inner IS NULL
     OR sha256(pad_outer || sha256(pad_inner || convert_to(said, 'UTF8'))) <> decode(part[7], 'hex')
     OR extract(epoch FROM clock_timestamp()) NOT BETWEEN part[5]::bigint - 60 AND part[6]::bigint THEN
    RETURN NULL;
  END IF;
  IF part[3] = 'sign_in' THEN
    found.kind := 'sign_in';
    RETURN found;
  END IF;
  SELECT 'grant', g.id, g.user_id, g.role, r.path, g.organisation_id INTO found
    FROM accounts_grant g
    JOIN accounts_user u ON u.id = g.user_id AND u.is_active
    JOIN places_region r ON r.code = g.region_id
   WHERE g.id = part[4]::bigint AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL
     AND today >= g.valid_from AND (g.valid_to IS NULL OR today <= g.valid_to);
  RETURN found;
END $$;

CREATE OR REPLACE FUNCTION tuodi.signing_in() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce((tuodi.standing()).kind = 'sign_in', false) $$;

CREATE OR REPLACE FUNCTION tuodi.me() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT (tuodi.standing()).user_id $$;

-- The region under which rows of a domain may be read or written; null where the role, or the zone, has none.
CREATE OR REPLACE FUNCTION tuodi.scope(wanted text, deed text) RETURNS public.ltree
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.scope FROM tuodi.standing() s
    JOIN accounts_right t ON t.role = s.role AND t.domain = wanted AND t.action = deed
    JOIN ground_domain d ON d.name = wanted
    JOIN ground_installation i ON i.zone = 'all' OR i.zone = ANY (d.zones)
   WHERE s.kind = 'grant'
$$;

-- The organisation to whose rows the right is confined; null where it is confined to none.
CREATE OR REPLACE FUNCTION tuodi.bound(wanted text, deed text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(s.organisation_id, -1) FROM tuodi.standing() s
    JOIN accounts_right t ON t.role = s.role AND t.domain = wanted AND t.action = deed AND t.own_only
   WHERE s.kind = 'grant'
$$;

-- Which kinds of list rows (targets of source templates) the role may read or write.
CREATE OR REPLACE FUNCTION tuodi.targets(deed text) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT array_agg(substr(t.domain, 7)) FROM tuodi.standing() s
    JOIN accounts_right t ON t.role = s.role AND t.domain LIKE 'entry:%' AND t.action = deed
   WHERE s.kind = 'grant'
$$;

-- Keep what was before and after, who did it and why. The program cannot write the trail by any other way.
CREATE OR REPLACE FUNCTION tuodi.keep_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  who tuodi.stand := tuodi.standing();
  was jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  is_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
  whole jsonb := coalesce(is_now, was);
  place text := coalesce(whole ->> 'region_path', whole #>> '{places,0}', who.scope::text, '');
  person text := CASE WHEN TG_TABLE_NAME = 'registry_person' THEN whole ->> 'id'
                      ELSE coalesce(whole ->> 'person_id', whole ->> 'source_person_id', whole ->> 'one_id') END;
BEGIN
  -- The arguments are columns whose values no trail keeps: passwords' hashes.
  was := was - coalesce(TG_ARGV, '{}')::text[];
  is_now := is_now - coalesce(TG_ARGV, '{}')::text[];
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(n.key, was -> n.key), jsonb_object_agg(n.key, n.value) INTO was, is_now
      FROM jsonb_each(is_now) n WHERE n.value IS DISTINCT FROM was -> n.key;
    IF is_now IS NULL THEN RETURN NULL; END IF;
  END IF;
  INSERT INTO trail_rowchange
    (at, table_name, row_id, person_id, operation, old, new, user_id, role, organisation_id, grant_id, region_path, reason, request,
     transaction)
  VALUES
    (clock_timestamp(), TG_TABLE_NAME, coalesce(whole ->> 'id', whole ->> 'code', ''), person::bigint, lower(TG_OP), was, is_now,
     who.user_id, coalesce(who.role, session_user), who.organisation_id, who.grant_id, place::ltree,
     coalesce(current_setting('tuodi.reason', true), ''), coalesce(current_setting('tuodi.request', true), ''),
     txid_current());
  RETURN NULL;
END $$;

-- A bulk load is kept as one line: how many rows, and a digest of them that does not hang on their order.
CREATE OR REPLACE FUNCTION tuodi.keep_bulk() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  who tuodi.stand;
  batch text := coalesce(current_setting('tuodi.bulk', true), '');
  rows_in bigint;
  digest bigint;
BEGIN
  IF batch = '' THEN RETURN NULL; END IF;
  SELECT count(*), coalesce(bit_xor(hashtextextended(f::text, 0)), 0) INTO rows_in, digest FROM fresh f;
  IF rows_in = 0 THEN RETURN NULL; END IF;
  who := tuodi.standing();
  INSERT INTO trail_bulkchange
    (at, table_name, batch, rows, digest, user_id, role, organisation_id, grant_id, region_path, reason, transaction)
  VALUES
    (clock_timestamp(), TG_TABLE_NAME, batch, rows_in, digest, who.user_id, coalesce(who.role, session_user),
     who.organisation_id, who.grant_id, coalesce(who.scope, ''::ltree),
     coalesce(current_setting('tuodi.reason', true), ''), txid_current());
  RETURN NULL;
END $$;

-- Somebody looked at a person, or had a masked value shown. The line says who by the pass, not by what is claimed.
CREATE OR REPLACE FUNCTION tuodi.keep_look(
  person bigint, what text, fields text[], why text, page text, places public.ltree
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  who tuodi.stand := tuodi.standing();
  made bigint;
BEGIN
  IF who.kind IS DISTINCT FROM 'grant' THEN
    RAISE EXCEPTION 'a look needs a pass with a grant' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO trail_look
    (at, person_id, kind, fields, reason, page, user_id, role, organisation_id, grant_id, region_path)
  VALUES (clock_timestamp(), person, what, fields, coalesce(why, ''), page, who.user_id, who.role, who.organisation_id,
          who.grant_id, coalesce(places, who.scope));
  -- Not RETURNING: it would need the right to read looks, which the owner has not.
  made := currval(pg_get_serial_sequence('public.trail_look', 'id'));
  RETURN made;
END $$;

CREATE OR REPLACE FUNCTION tuodi.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- A grant is made by one, confirmed by another, for a third or at least for neither of them acting alone.
CREATE OR REPLACE FUNCTION tuodi.guard_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  mine bigint := tuodi.me();
  decided text[] := ARRAY['confirmed_by_id', 'confirmed_at', 'ended_by_id', 'ended_at', 'end_reason'];
BEGIN
  IF session_user = 'tuodi_owner' OR pg_has_role(session_user, 'tuodi_owner', 'MEMBER') THEN
    RETURN NEW;  -- the installation itself, which needs a database account that the program does not have
  END IF;
  IF TG_OP = 'INSERT' THEN
    -- The policy looks at the path; the pass, at the region: they must be one.
    IF NEW.region_path IS DISTINCT FROM (SELECT r.path FROM places_region r WHERE r.code = NEW.region_id)
       OR NOT (SELECT o.region_path <@ tuodi.scope('accounts', 'write') FROM places_organisation o
                WHERE o.id = NEW.organisation_id) THEN
      RAISE EXCEPTION 'a grant is made for an office and a region of one''s own' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.made_by_id IS DISTINCT FROM mine OR NEW.confirmed_by_id IS NOT NULL OR NEW.confirmed_at IS NOT NULL
       OR NEW.ended_at IS NOT NULL THEN
      RAISE EXCEPTION 'a grant begins unconfirmed, in the name of who makes it' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.user_id = mine THEN
      RAISE EXCEPTION 'nobody grants a role to himself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
    RAISE EXCEPTION 'a grant is ended and made anew, not altered' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id THEN
    IF OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR NEW.confirmed_by_id IS DISTINCT FROM mine
       OR NEW.confirmed_by_id = OLD.made_by_id OR NEW.confirmed_by_id = OLD.user_id OR OLD.ended_at IS NOT NULL
       OR (OLD.region_path <@ tuodi.scope('confirm', 'write')) IS NOT TRUE THEN
      RAISE EXCEPTION 'a grant is confirmed once, by somebody who neither made nor receives it'
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF NEW.ended_at IS DISTINCT FROM OLD.ended_at AND (OLD.ended_at IS NOT NULL OR NEW.ended_by_id IS DISTINCT FROM mine)
  THEN
    RAISE EXCEPTION 'a grant is ended once, in the name of who ends it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- Keys of programs and of other installations: what one enters, another confirms, once; afterwards it is only ended.
CREATE OR REPLACE FUNCTION tuodi.guard_confirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  mine bigint := tuodi.me();
  fixed text[] := ARRAY['confirmed_by_id', 'confirmed_at', 'ended_at', 'ended_by_id'];
BEGIN
  IF session_user = 'tuodi_owner' OR pg_has_role(session_user, 'tuodi_owner', 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.made_by_id IS DISTINCT FROM mine OR NEW.confirmed_by_id IS NOT NULL OR NEW.confirmed_at IS NOT NULL
       OR NEW.ended_at IS NOT NULL THEN
      RAISE EXCEPTION '% begins unconfirmed, in the name of who makes it', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - fixed IS DISTINCT FROM to_jsonb(OLD) - fixed THEN
    RAISE EXCEPTION '% is ended and made anew, not altered', TG_TABLE_NAME USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at)
     AND (OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR OLD.ended_at IS NOT NULL
          OR NEW.confirmed_by_id IS DISTINCT FROM mine OR NEW.confirmed_by_id = OLD.made_by_id
          OR (OLD.region_path <@ tuodi.scope('confirm', 'write')) IS NOT TRUE) THEN
    RAISE EXCEPTION '% is confirmed once, by another than its maker', TG_TABLE_NAME USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.ended_at IS DISTINCT FROM OLD.ended_at AND (OLD.ended_at IS NOT NULL OR NEW.ended_by_id IS DISTINCT FROM mine)
  THEN
    RAISE EXCEPTION '% is ended once, in the name of who ends it', TG_TABLE_NAME USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tuodi FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  tuodi.standing(), tuodi.signing_in(), tuodi.me(), tuodi.scope(text, text), tuodi.bound(text, text),
  tuodi.targets(text), tuodi.keep_look(bigint, text, text[], text, text, public.ltree)
TO tuodi_program;
