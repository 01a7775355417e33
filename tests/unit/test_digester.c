/* Digests made beside the loop: in order, for whoever still waits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/loop.h"
#include "secret/digester.h"

enum { MANY = 40 };

/* What is made is announced in one pipe, and waits for the other. */
static int begun[2], gate[2];
static bool takes_time;

static void
nap(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000 * 1000 }, NULL);
}

/* In place of OpenSSL's, for this program: the secret, cut to size. */
int
EVP_KDF_derive(EVP_KDF_CTX *context, unsigned char *key, size_t size,
    const OSSL_PARAM *params)
{
	const OSSL_PARAM *p =
	    OSSL_PARAM_locate_const(params, OSSL_KDF_PARAM_PASSWORD);
	char c = 'x';

	(void)context;
	(void)!write(begun[1], &c, 1);
	if (takes_time)
		nap(50);
	else
		(void)!read(gate[0], &c, 1);
	memset(key, 0, size);
	memcpy(key, p->data, p->data_size < size ? p->data_size : size);
	return c == 'x';
}

struct one {
	int turn; /* 0: nobody called; else in which order */
	int error;
	char digest[SECRET_DIGEST + 1];
};

static const unsigned char salt[SECRET_SALT] = "0123456789abcde";
static struct loop *loop;
static struct secret_digester *digester;
static int turns;

static void
on_digest(void *arg, int error, const unsigned char digest[SECRET_DIGEST])
{
	struct one *o = arg;

	assert_int_equal(o->turn, 0);
	o->turn = ++turns;
	o->error = error;
	memcpy(o->digest, digest, SECRET_DIGEST);
}

static struct secret_digesting *
start(struct one *o, const char *secret)
{
	struct secret_digesting *q;

	*o = (struct one){ .turn = 0 };
	q = secret_digesting_start(
	    digester, secret, strlen(secret), salt, on_digest, o);
	assert_non_null(q);
	return q;
}

static void
await(const struct one *o)
{
	while (o->turn == 0)
		assert_int_equal(loop_turn(loop), 1);
}

static void
let(const char *how_many)
{
	assert_int_equal(
	    write(gate[1], how_many, strlen(how_many)), strlen(how_many));
}

/* Until one is being made. */
static void
await_busy(void)
{
	char c;

	assert_int_equal(read(begun[0], &c, 1), 1);
}

static int
setup(void **state)
{
	(void)state;
	turns = 0;
	takes_time = false;
	if (pipe(begun) == -1 || pipe(gate) == -1)
		return -1;
	loop = loop_new();
	digester = secret_digester_new(loop);
	return loop != NULL && digester != NULL ? 0 : -1;
}

/* The thread goes by itself. */
static int
teardown(void **state)
{
	struct stat st;

	(void)state;
	secret_digester_free(digester);
	loop_free(loop);
	while (stat("/proc/self/task", &st) == 0 && st.st_nlink > 3)
		nap(1);
	close(gate[0]);
	close(gate[1]);
	close(begun[0]);
	close(begun[1]);
	return 0;
}

static void
test_done(void **state)
{
	struct one o;

	(void)state;
	assert_int_equal(loop_turn(loop), 0);
	let("x");
	start(&o, "secret");
	await(&o);
	assert_int_equal(o.error, 0);
	assert_string_equal(o.digest, "secret");
	assert_int_equal(loop_turn(loop), 0);
	let("-");
	start(&o, "secret");
	await(&o);
	assert_int_not_equal(o.error, 0);
}

static void
test_order(void **state)
{
	static struct one many[MANY];
	char secret[] = "a";
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		secret[0] = (char)('a' + i);
		start(&many[i], secret);
	}
	for (i = 0; i < MANY; i++)
		let("x");
	await(&many[MANY - 1]);
	for (i = 0; i < MANY; i++) {
		secret[0] = (char)('a' + i);
		assert_int_equal(many[i].turn, i + 1);
		assert_string_equal(many[i].digest, secret);
	}
	assert_int_equal(loop_turn(loop), 0);
}

/* One that is being made, those behind it, and the last of all. */
static void
test_abandoned(void **state)
{
	struct secret_digesting *q[4];
	struct one gone[4], kept, last;
	int i;

	(void)state;
	q[0] = start(&gone[0], "gone");
	await_busy();
	q[1] = start(&gone[1], "gone");
	start(&kept, "kept");
	q[2] = start(&gone[2], "gone");
	q[3] = start(&gone[3], "gone");
	for (i = 0; i < 4; i++)
		secret_digesting_abandon(q[i]);
	start(&last, "last");
	/* What nobody waits for is not made. */
	let("xxx");
	await(&last);
	assert_int_equal(kept.turn, 1);
	assert_string_equal(kept.digest, "kept");
	assert_string_equal(last.digest, "last");
	for (i = 0; i < 4; i++)
		assert_int_equal(gone[i].turn, 0);
	assert_int_equal(loop_turn(loop), 0);
}

/* It was made, and the loop has not turned yet. */
static void
test_abandoned_late(void **state)
{
	struct one first, second;
	struct secret_digesting *q;

	(void)state;
	q = start(&first, "first");
	start(&second, "second");
	let("x");
	await_busy();
	await_busy(); /* so the first is over */
	secret_digesting_abandon(q);
	let("x");
	await(&second);
	assert_int_equal(first.turn, 0);
	assert_int_equal(second.turn, 1);
}

/* teardown() does not wait for what nobody will ever see. */
static void
test_freed_while_busy(void **state)
{
	static struct one many[MANY];
	int i;

	(void)state;
	takes_time = true;
	for (i = 0; i < MANY; i++)
		start(&many[i], "secret");
	await_busy();
	secret_digester_free(digester);
	digester = NULL;
	assert_int_equal(loop_turn(loop), 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(many[i].turn, 0);
}

static void
test_freed_with_results(void **state)
{
	struct one first, second;

	(void)state;
	start(&first, "first");
	start(&second, "second");
	let("xx");
	await_busy();
	await_busy();
	secret_digester_free(digester);
	digester = NULL;
	assert_int_equal(first.turn, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_done, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abandoned, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abandoned_late, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_freed_while_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_freed_with_results, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
