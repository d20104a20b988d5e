"""The ground: extensions, search configuration, the job queue's tables."""

from __future__ import annotations

from alembic import op

from core import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- English stems without accents, for the catalogue's full-text search.
CREATE TEXT SEARCH CONFIGURATION laurel_search (COPY = english);
ALTER TEXT SEARCH CONFIGURATION laurel_search ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;

-- array_to_string is only stable, for the sake of types whose output may change; text's cannot, and a generated column needs immutable.
CREATE FUNCTION array_words(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT replace(array_to_string($1, ' '), '-', ' ') $$;
CREATE FUNCTION array_words(varchar[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT replace(array_to_string($1, ' '), '-', ' ') $$;

-- Small letters without accents, to find "García" by "garcia". unaccent is only stable because its dictionary could be changed; ours is not.
-- The names are qualified, because a restore runs with an empty search path.
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$;
"""

DOWN = """
DROP FUNCTION plain(text);
DROP FUNCTION array_words(varchar[]);
DROP FUNCTION array_words(text[]);
DROP TEXT SEARCH CONFIGURATION laurel_search;
"""


def upgrade() -> None:
    connection = op.get_bind()
    cursor = connection.connection.driver_connection.cursor()
    cursor.execute(UP)
    # The queue's schema holds percent signs and dollar quotes: it goes to the driver as it is, without parameters.
    cursor.execute(jobs.schema_sql())


def downgrade() -> None:
    op.execute(DOWN)
    op.execute(
        """DO $$ DECLARE thing record; BEGIN
        FOR thing IN SELECT tablename FROM pg_tables WHERE tablename LIKE 'procrastinate%' LOOP EXECUTE format('DROP TABLE %I CASCADE', thing.tablename); END LOOP;
        FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE proname LIKE 'procrastinate%' LOOP EXECUTE format('DROP FUNCTION %s CASCADE', thing.name); END LOOP;
        FOR thing IN SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname); END LOOP;
        END $$"""
    )
