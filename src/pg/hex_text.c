/*
 * hex_text.c: bytes as hexadecimal text.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/hex_text.h"

struct varlena *
hex_text_read(const char *text, const char *type_name)
{
	size_t length = strlen(text);
	struct varlena *stored;

	if (length < 2 || length % 2 != 0 || text[0] != '\\' || text[1] != 'x' ||
		strspn(text + 2, "0123456789abcdefABCDEF") != length - 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", type_name),
				 errdetail("The text form is \\x and the bytes in hexadecimal.")));
	stored = palloc_extended(VARHDRSZ + length / 2, MCXT_ALLOC_HUGE);
	SET_VARSIZE(stored, VARHDRSZ + hex_decode(text + 2, length - 2, VARDATA(stored)));
	return stored;
}

char *
hex_text_write(const struct varlena *stored)
{
	size_t length = VARSIZE_ANY_EXHDR(stored);
	char *text = palloc_extended(length * 2 + 3, MCXT_ALLOC_HUGE);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA_ANY(stored), length, text + 2)] = '\0';
	return text;
}
