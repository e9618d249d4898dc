-- The extension as a whole: what it creates, and how it may be created.
CREATE EXTENSION IF NOT EXISTS orchard;

-- It is trusted, not relocatable, and its script makes the schema itself.
SELECT trusted, relocatable, schema FROM pg_available_extension_versions WHERE name = 'orchard';
SELECT nspname FROM pg_namespace WHERE nspname = 'orchard';

-- Every object has a comment.
SELECT pg_describe_object(classid, objid, objsubid)
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'orchard')
  AND deptype = 'e'
  AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass,
                  'pg_operator'::regclass, 'pg_type'::regclass)
  AND NOT (classid = 'pg_type'::regclass
           AND EXISTS (SELECT FROM pg_type WHERE oid = objid AND (typrelid <> 0 OR typelem <> 0)))
  AND NOT (classid = 'pg_class'::regclass
           AND EXISTS (SELECT FROM pg_class WHERE oid = objid AND relkind IN ('i', 'S', 't', 'c')))
  AND obj_description(objid, classid::regclass::text) IS NULL
ORDER BY 1;

-- So has every column of its tables.
SELECT attrelid::regclass, attname
FROM pg_attribute
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'orchard'::regnamespace AND relkind = 'r')
  AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL
ORDER BY 1, attnum;

-- No C function has a SET clause, none runs as its owner, and all that do not write are parallel
-- safe.
SELECT p.oid::regprocedure
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname = 'orchard'
  AND (p.proconfig IS NOT NULL AND l.lanname = 'c'
       OR p.prosecdef
       OR p.proparallel <> 's' AND p.provolatile <> 'v')
ORDER BY 1;

-- Each C function calls the symbol orchard_<something> of our library.
SELECT p.oid::regprocedure, p.prosrc, p.probin
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname = 'orchard' AND l.lanname = 'c'
  AND (p.prosrc NOT LIKE 'orchard\_%' OR p.probin <> '$libdir/orchard')
ORDER BY 1;

-- Only the drop-ins stand in for built-ins of their name and arguments: aggregates of the same result.
-- Whatever else shares a name takes a type of Orchard's own, so that no call of a built-in changes;
-- slope is of points there.  version() begins with what the built-in says.
SELECT p.oid::regprocedure AS "function", p.prorettype::regtype AS result, b.prorettype::regtype AS built_in
FROM pg_proc p
LEFT JOIN pg_proc b ON b.proname = p.proname AND b.proargtypes = p.proargtypes AND b.pronamespace = 'pg_catalog'::regnamespace
WHERE p.pronamespace = 'orchard'::regnamespace
  AND p.proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace)
  AND (b.oid IS NULL AND p.proname <> 'slope'
       AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS t JOIN pg_type ON pg_type.oid = t
                       WHERE typnamespace = 'orchard'::regnamespace)
       OR b.oid IS NOT NULL AND (p.prokind <> 'a' OR b.prokind <> 'a' OR p.prorettype <> b.prorettype))
ORDER BY 1;

-- The settings are there with their bounds, and nobody else can make up one.
LOAD 'orchard';
SHOW orchard.max_memory;
\set VERBOSITY sqlstate
SET orchard.max_memory = '1MB';
SET orchard.max_memroy = '1GB';
\set VERBOSITY default

-- A schema that someone made before the extension is not adopted.
\set VERBOSITY sqlstate
SET client_min_messages = warning;
BEGIN;
DROP EXTENSION orchard CASCADE;
CREATE SCHEMA orchard;
CREATE EXTENSION orchard;
ROLLBACK;
RESET client_min_messages;

-- What is installed is what is loaded.
SELECT v ->> 'extension' = e.extversion AS extension, v ->> 'library' = e.extversion AS library, v ->> 'server' = current_setting('server_version') AS server,
	v ->> 'compiled_for' ~ '^PostgreSQL \d' AS compiled_for, (v ->> 'threads')::int BETWEEN 1 AND 1 + current_setting('max_parallel_maintenance_workers')::int AS threads, v ->> 'blas' AS blas, v ->> 'instruction_set' IN ('avx512, avx2, fma', 'avx2, fma', 'baseline') AS instructions
FROM orchard.full_version() AS v, pg_extension AS e WHERE e.extname = 'orchard';
SET orchard.max_threads = 3;
SELECT orchard.version() = format('%s; Orchard %s (library %s), BLAS none, instructions %s, threads 3', version(), e.extversion, e.extversion, orchard.full_version() ->> 'instruction_set') AS version
FROM pg_extension AS e WHERE e.extname = 'orchard';
RESET orchard.max_threads;
