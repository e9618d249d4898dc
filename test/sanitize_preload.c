/*
 * sanitize_preload.c: message catalogues for a server under the address sanitizer.
 *
 * A program that is not compiled with the sanitizer waits for ever in glibc's
 * bindtextdomain() when the sanitizer's library is preloaded; the tests need no
 * translations.  Preloaded after that library by `make sanitize`.
 */
extern char *bindtextdomain(const char *domain, const char *directory);
extern char *textdomain(const char *domain);

char *
bindtextdomain(const char *domain, const char *directory)
{
	(void) directory;
	return (char *) domain;
}

char *
textdomain(const char *domain)
{
	return (char *) domain;
}
