/*
 * model_reference.c: reading references to registered models.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "pg/model_reference.h"

#define SHOWN_IN_ERRORS 100 /* bytes of a text that is no reference */

static bool
begins_name(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool
is_name(const char *text, size_t length)
{
	size_t i;

	if (length == 0 || length >= NAMEDATALEN || !begins_name(text[0]))
		return false;
	for (i = 1; i < length; i++)
	{
		if (!begins_name(text[i]) && text[i] != '-' && !(text[i] >= '0' && text[i] <= '9'))
			return false;
	}
	return true;
}

/* At most 9 digits, so that it fits; not 0, and no leading zeros. */
static bool
read_version(const char *text, size_t length, int32 *version)
{
	size_t i;

	if (length == 0 || length > 9 || text[0] == '0')
		return false;
	*version = 0;
	for (i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*version = *version * 10 + (text[i] - '0');
	}
	return true;
}

static const char *
find_last(const char *text, size_t length, char wanted)
{
	while (length > 0)
	{
		if (text[--length] == wanted)
			return text + length;
	}
	return NULL;
}

static void
copy_name(char *to, const char *text, size_t length)
{
	memcpy(to, text, length);
	to[length] = '\0';
}

static bool
parse(ModelReference *reference, const char *text, size_t length)
{
	const char *end = text + length;
	const char *at = find_last(text, length, '@');
	const char *dot;

	memset(reference, 0, sizeof(*reference));
	if (at != NULL && memchr(at, '.', end - at) == NULL)
	{
		const char *suffix = at + 1;

		if (!read_version(suffix, end - suffix, &reference->version))
		{
			if (!is_name(suffix, end - suffix))
				return false;
			reference->version = 0;
			copy_name(reference->alias, suffix, end - suffix);
		}
		end = at;
	}
	dot = find_last(text, end - text, '.');
	if (dot != NULL)
	{
		if (dot == text || dot - text >= NAMEDATALEN)
			return false;
		copy_name(reference->owner, text, dot - text);
		text = dot + 1;
	}
	if (!is_name(text, end - text))
		return false;
	copy_name(reference->name, text, end - text);
	return true;
}

/* The text for a message, cut where it is long. */
static char *
shown(const char *text, size_t length)
{
	if (length <= SHOWN_IN_ERRORS)
		return pnstrdup(text, length);
	return psprintf("%.*s...", pg_mbcliplen(text, (int) length, SHOWN_IN_ERRORS), text);
}

static const char rules[] =
	"Names are at most 63 bytes of letters, digits, _ and -, and begin with a letter or _.";

void
model_reference_parse(ModelReference *reference, const char *text, size_t length)
{
	if (!parse(reference, text, length))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_NAME),
			 errmsg("invalid model reference \"%s\"", shown(text, length)), errdetail("%s", rules),
			 length > 1 && text[0] == '\\' && text[1] == 'x' ?
				 errhint("Cast a model to its type: '\\x...'::orchard.model.") :
				 errhint(
					 "A reference is name, name@version or name@alias, with the owner and a dot before it where needed.")));
}

void
model_reference_parse_name(ModelReference *reference, const char *text)
{
	if (!parse(reference, text, strlen(text)) || reference->version != 0 ||
		reference->alias[0] != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid model name \"%s\"", shown(text, strlen(text))),
				 errdetail("%s", rules),
				 errhint("Give the name alone, with the owner and a dot before it where needed.")));
}

void
require_alias(const char *alias)
{
	if (!is_name(alias, strlen(alias)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid alias \"%s\"", shown(alias, strlen(alias))),
				 errdetail("%s", rules), errhint("An alias is a name such as champion.")));
}
