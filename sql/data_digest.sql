-- data_digest.sql: did the rows change?

CREATE FUNCTION orchard.data_digest_accum(state bytea, "row" record) RETURNS bytea
AS 'MODULE_PATHNAME', 'orchard_data_digest_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.data_digest_accum(bytea, record)
IS 'transition function of data_digest';

CREATE FUNCTION orchard.data_digest_combine(state bytea, other bytea) RETURNS bytea
AS 'MODULE_PATHNAME', 'orchard_data_digest_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.data_digest_combine(bytea, bytea)
IS 'combine function of data_digest';

CREATE FUNCTION orchard.data_digest_final(state bytea) RETURNS uuid
AS 'MODULE_PATHNAME', 'orchard_data_digest_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION orchard.data_digest_final(bytea)
IS 'final function of data_digest';

CREATE AGGREGATE orchard.data_digest("row" record)
(
	SFUNC = orchard.data_digest_accum,
	STYPE = bytea,
	SSPACE = 64,
	COMBINEFUNC = orchard.data_digest_combine,
	FINALFUNC = orchard.data_digest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE orchard.data_digest(record)
IS '128 bits that change when rows are added, removed, doubled or changed, whatever their order; NULL over no rows';
