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
