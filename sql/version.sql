-- version.sql: what is installed and loaded.

CREATE FUNCTION orchard.library() RETURNS jsonb
AS 'MODULE_PATHNAME', 'orchard_library' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.library()
IS 'the loaded library: its version, the PostgreSQL it was compiled for, instruction set, BLAS and threads';

CREATE FUNCTION orchard.full_version() RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object('extension', e.extversion,
		'server', pg_catalog.current_setting('server_version')) OPERATOR(pg_catalog.||) orchard.library()
	FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'orchard';
END;
COMMENT ON FUNCTION orchard.full_version()
IS 'versions of extension, library and server, instruction set, BLAS and threads: what a bug report needs';

CREATE FUNCTION orchard.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.format('%s; Orchard %s (library %s), BLAS %s, instructions %s, threads %s', pg_catalog.version(),
		v OPERATOR(pg_catalog.->>) 'extension', v OPERATOR(pg_catalog.->>) 'library', v OPERATOR(pg_catalog.->>) 'blas',
		v OPERATOR(pg_catalog.->>) 'instruction_set', v OPERATOR(pg_catalog.->>) 'threads')
	FROM orchard.full_version() AS v;
END;
COMMENT ON FUNCTION orchard.version()
IS 'full_version as text behind PostgreSQL''s own version(), so that a search_path with orchard in front keeps what that says';
