/*
 * Compiles a list of rules by libseccomp, into a binary tree, and writes the program that the kernel would get.
 *
 * The first line of the standard input is the action of all other calls. Each further line is a rule:
 *
 *	ACTION CALL CONDITIONS [ARG OPERATOR VALUE VALUE]...
 *
 * Actions are the kernel's numbers, operators those of enum scmp_compare.
 */
#include <seccomp.h>
#include <stdio.h>

static int fail(const char *what, int code)
{
	fprintf(stderr, "%s: %d\n", what, code);
	return 1;
}

int main(void)
{
	unsigned action, call, count, i;
	scmp_filter_ctx filter;
	int code;

	if (scanf("%u", &action) != 1 || !(filter = seccomp_init(action)))
		return fail("init", 0);
	if ((code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2)) ||
	    (code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)))
		return fail("attribute", code);
	while (scanf("%u %u %u", &action, &call, &count) == 3) {
		struct scmp_arg_cmp conditions[6];
		for (i = 0; i < count; i++) {
			unsigned op;
			unsigned long long a, b;
			if (scanf("%u %u %llu %llu", &conditions[i].arg, &op, &a, &b) != 4)
				return fail("condition", i);
			conditions[i].op = op;
			conditions[i].datum_a = a;
			conditions[i].datum_b = b;
		}
		if ((code = seccomp_rule_add_array(filter, action, call, count, conditions)))
			return fail("rule", code);
	}
	if ((code = seccomp_export_bpf(filter, 1)))
		return fail("export", code);
	return 0;
}
