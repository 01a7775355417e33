#include "base/pattern.h"

#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"

#if defined(__SANITIZE_ADDRESS__)
#define SHADOWED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHADOWED 1
#endif
#endif

enum {
	FLAGS = REG_EXTENDED | REG_NOSUB | REG_NEWLINE,
	DATA_MAX = 64 * 1024 * 1024, /* of the process, pattern and all */
};

/* How much a pattern becomes; not whether it is one. */
struct scan {
	const char *s;
	size_t last;                          /* what a repetition repeats */
	size_t before[PATTERN_DEPTH_MAX + 1]; /* in each group that is open */
	size_t depth;
};

static void
take_part(struct scan *sc, size_t size)
{
	sc->before[sc->depth] += sc->last;
	sc->last = size;
}

/* "[]a]", "[^]a]" and "[[:alpha:]]" do not end where they seem to. */
static const char *
skip_bracket(const char *s)
{
	const char *end;
	char class[3] = "?]";

	s += s[1] == '^' ? 2 : 1;
	if (*s == ']')
		s++;
	for (; *s != '\0' && *s != ']'; s++) {
		if (*s != '[' || s[1] == '\0' || strchr(".:=", s[1]) == NULL)
			continue;
		class[0] = s[1];
		if ((end = strstr(s + 2, class)) != NULL)
			s = end + 1;
	}
	return *s == ']' ? s + 1 : s;
}

static size_t
read_count(const char **s)
{
	size_t n = 0;

	for (; text_is_digit(**s); (*s)++)
		if (n <= PATTERN_PARTS_MAX)
			n = n * 10 + (size_t)(**s - '0');
	return n;
}

/* "{3}", "{3,}", "{,3}", "{3,5}"; a '{' that begins none of them is itself. */
static void
take_interval(struct scan *sc)
{
	const char *s = sc->s + 1;
	size_t least = read_count(&s), most = least, other;

	if (*s == ',') {
		s++;
		other = read_count(&s);
		most = other > least ? other : least + 1;
	}
	if (*s != '}') {
		take_part(sc, 1);
		sc->s++;
		return;
	}
	sc->last *= most;
	sc->s = s + 1;
}

static const char *
take_group(struct scan *sc)
{
	if (*sc->s++ == '(') {
		take_part(sc, 0);
		if (sc->depth == PATTERN_DEPTH_MAX)
			return "groups nested more than 50 deep";
		sc->before[++sc->depth] = 1;
	} else if (sc->depth == 0) {
		take_part(sc, 1); /* one that closes none is itself */
	} else {
		take_part(sc, 0);
		sc->last = sc->before[sc->depth--];
	}
	return NULL;
}

/* Returns what is beyond the limits, or NULL. */
static const char *
take_next(struct scan *sc)
{
	switch (*sc->s) {
	case '(':
	case ')':
		return take_group(sc);
	case '{':
		take_interval(sc);
		return NULL;
	case '[':
		take_part(sc, 1);
		sc->s = skip_bracket(sc->s);
		return NULL;
	case '+':
		sc->last = 2 * sc->last + 1;
		break;
	case '*':
	case '?':
		sc->last++;
		break;
	case '\\':
		if (sc->s[1] >= '1' && sc->s[1] <= '9')
			return "has a back reference (\\1 to \\9), which is "
			       "not matched";
		if (sc->s[1] != '\0')
			sc->s++;
		/* FALLTHROUGH */
	default:
		take_part(sc, 1);
	}
	sc->s++;
	return NULL;
}

static const char *
find_excess(const char *pattern)
{
	struct scan sc = { .s = pattern };
	const char *excess;

	while (*sc.s != '\0') {
		if ((excess = take_next(&sc)) != NULL)
			return excess;
		if (sc.before[sc.depth] + sc.last > PATTERN_PARTS_MAX)
			return "its repetitions multiply to more than "
			       "2000 parts; repeat less";
	}
	return NULL;
}

int
pattern_check(const char *pattern, char *why, size_t size)
{
	const char *excess = "longer than 1000 octets";
	char reason[100];
	regex_t re;
	int fault;

	if (strlen(pattern) <= PATTERN_LEN_MAX)
		excess = find_excess(pattern);
	if (excess != NULL) {
		snprintf(why, size, "%s", excess);
		return -1;
	}
	if ((fault = regcomp(&re, pattern, FLAGS)) != 0) {
		regerror(fault, &re, reason, sizeof reason);
		snprintf(why, size, "not a regular expression: %s", reason);
		return -1;
	}
	regfree(&re);
	return 0;
}

/*
 * The text may be a peer's, and memory that is all gone is everybody's.
 * Returns whether it is bounded now; *was is what to go back to.
 */
static bool
bound_memory(struct rlimit *was)
{
#ifdef SHADOWED
	(void)was; /* the shadow is larger than any bound */
	return false;
#else
	struct rlimit now;

	if (getrlimit(RLIMIT_DATA, was) == -1)
		return false;
	now = *was;
	if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > DATA_MAX)
		now.rlim_cur = DATA_MAX;
	return setrlimit(RLIMIT_DATA, &now) == 0;
#endif
}

enum pattern_match
pattern_match(const char *pattern, const char *text)
{
	enum pattern_match result = PATTERN_TOO_COSTLY;
	struct rlimit was;
	bool is_bounded = bound_memory(&was);
	regex_t re;

	if (regcomp(&re, pattern, FLAGS) == 0) {
		errno = 0; /* glibc says REG_NOMATCH without memory too */
		if (regexec(&re, text, 0, NULL, 0) == 0)
			result = PATTERN_MATCHES;
		else if (errno != ENOMEM)
			result = PATTERN_DIFFERS;
		regfree(&re);
	}
	if (is_bounded)
		setrlimit(RLIMIT_DATA, &was);
	return result;
}
