/*
 * hex_text.h: the text form of types that are bytes: \x and the bytes in hexadecimal, as of bytea.
 */
#ifndef ORCHARD_PG_HEX_TEXT_H
#define ORCHARD_PG_HEX_TEXT_H

#include "postgres.h"

/* The varlena of the bytes; 22P02 with the type's name when the text has another form. */
extern struct varlena *hex_text_read(const char *text, const char *type_name);

extern char *hex_text_write(const struct varlena *stored);

#endif /* ORCHARD_PG_HEX_TEXT_H */
