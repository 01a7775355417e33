/*
 * replay.c - main() for a fuzz target without a fuzzer: feeds it the files
 * named and those in the folders named.
 */

#include <dirent.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX_BYTES = 1024 * 1024, PATH_MAX_BYTES = 4096 };

static int
replay_file(const char *path)
{
	static uint8_t block[INPUT_MAX_BYTES];
	FILE *f = fopen(path, "rb");
	uint8_t *input;
	size_t n;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	n = fread(block, 1, sizeof block, f);
	fclose(f);
	/* A block of its own size, so that reading past its end is noticed. */
	input = malloc(n > 0 ? n : 1);
	MUST(input != NULL);
	memcpy(input, block, n);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(input, n);
	free(input);
	return 1;
}

/* Returns how many inputs there were, or -1. */
static int
replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	char name[PATH_MAX_BYTES];
	struct dirent *entry;
	int n, count = 0;

	if (folder == NULL) {
		perror(path);
		return -1;
	}
	while (count != -1 && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		n = replay_file(name);
		count = n == -1 ? -1 : count + n;
	}
	closedir(folder);
	return count;
}

int
main(int argc, char **argv)
{
	struct stat st;
	int i, n, count = 0;

	for (i = 1; i < argc; i++) {
		n = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)
		    ? replay_folder(argv[i])
		    : replay_file(argv[i]);
		if (n == -1)
			return 1;
		count += n;
	}
	if (count == 0) {
		fprintf(stderr, "%s: no inputs\n", argv[0]);
		return 1;
	}
	printf("%s: %d inputs\n", argv[0], count);
	return 0;
}
