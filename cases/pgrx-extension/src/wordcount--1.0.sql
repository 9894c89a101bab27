-- The names of functions in the library are those that pgrx gives: the function's, with `_wrapper` behind it.
CREATE FUNCTION words(text) RETURNS bigint
    IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'words_wrapper';
CREATE FUNCTION word_counts(text) RETURNS TABLE (word text, count bigint)
    IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'word_counts_wrapper';
CREATE FUNCTION mean_length(query text) RETURNS double precision
    STRICT LANGUAGE c AS 'MODULE_PATHNAME', 'mean_length_wrapper';
CREATE FUNCTION nth_word(text, place integer) RETURNS text
    IMMUTABLE STRICT PARALLEL SAFE LANGUAGE c AS 'MODULE_PATHNAME', 'nth_word_wrapper';
