/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cgroup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

#include "base/real.h"
#include "tests/support/fixture.h"

TestSuite(cgroup);

static const char *root;

/* A file of a made-up system, with its folder. */
static void put(const char *path, const char *text) {
    char command[1024], said[256];
    snprintf(command, sizeof command,
             "mkdir -p \"$(dirname %1$s/%2$s)\" && printf '%%b' '%3$s' > %1$s/%2$s", root, path,
             text);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
}

static void start(const char *cgroup, const char *mountinfo) {
    static char folder[64];
    char command[256], said[256];
    snprintf(folder, sizeof folder, "build/test-tmp/cgroup-%s-%s", REAL_NAME,
             criterion_current_test->name);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    root = folder;
    put("proc/self/cgroup", cgroup);
    put("proc/self/mountinfo", mountinfo);
}

#define UNIFIED                                                                                    \
    "23 1 0:2 / / rw - ext4 /dev/a rw\\n31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 " \
    "cgroup2 rw\\n"

Test(cgroup, version_2_counts_every_group_above) {
    start("0::/job/step\\n", UNIFIED);
    put("sys/fs/cgroup/job/cpu.max", "150000 100000\\n");
    put("sys/fs/cgroup/job/step/cpu.max", "max 100000\\n");
    put("sys/fs/cgroup/job/memory.max", "1000000\\n");
    put("sys/fs/cgroup/job/memory.current", "700000\\n");
    put("sys/fs/cgroup/job/memory.stat", "anon 5\\nfile 300000\\ninactive_file 200000\\n");
    put("sys/fs/cgroup/job/step/memory.max", "max\\n");
    put("sys/fs/cgroup/job/step/memory.current", "600000\\n");
    cr_assert(eq(dbl, cgroup_processors(root), 1.5));
    cr_assert(eq(dbl, cgroup_memory(root), 500000.0));
    put("sys/fs/cgroup/job/step/cpu.max", "50000 100000\\n");
    put("sys/fs/cgroup/job/step/memory.high", "610000\\n");
    cr_assert(eq(dbl, cgroup_processors(root), 0.5));
    cr_assert(eq(dbl, cgroup_memory(root), 10000.0));
    put("sys/fs/cgroup/job/step/memory.high", "10\\n");
    cr_assert(eq(dbl, cgroup_memory(root), 0.0), "more is taken than may be");
}

#define HIERARCHIES                                                                \
    "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro\\n"                           \
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\\n" \
    "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\\n"           \
    "34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\\n"

Test(cgroup, version_1_has_hierarchies_of_its_own) {
    start("9:memory:/a\\n4:cpu,cpuacct:/b/c\\n3:cpuset:/x\\n0::/y\\n", HIERARCHIES);
    put("sys/fs/cgroup/cpu,cpuacct/b/cpu.cfs_quota_us", "300000\\n");
    put("sys/fs/cgroup/cpu,cpuacct/b/cpu.cfs_period_us", "100000\\n");
    put("sys/fs/cgroup/cpu,cpuacct/b/c/cpu.cfs_quota_us", "-1\\n");
    put("sys/fs/cgroup/cpu,cpuacct/b/c/cpu.cfs_period_us", "100000\\n");
    put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1000000\\n");
    put("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "400000\\n");
    put("sys/fs/cgroup/memory/a/memory.stat", "inactive_file 7\\ntotal_inactive_file 100000\\n");
    cr_assert(eq(dbl, cgroup_processors(root), 3.0));
    cr_assert(eq(dbl, cgroup_memory(root), 700000.0));
}

/* Containers mount their own group as the root; some see the path that the host gives it. */
Test(cgroup, container_sees_its_own_group) {
    start("0::/docker/1a2b\\n", "31 23 0:28 /docker/1a2b /sys/fs/cgroup ro - cgroup2 cgroup ro\\n");
    put("sys/fs/cgroup/cpu.max", "200000 100000\\n");
    cr_assert(eq(dbl, cgroup_processors(root), 2.0));
    start("0::/../else\\n", UNIFIED);
    put("sys/fs/cgroup/cpu.max", "100000 100000\\n");
    cr_assert(eq(dbl, cgroup_processors(root), 1.0));
}

Test(cgroup, what_cannot_be_read_sets_no_limit) {
    start("0::/job\\n", "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\\n");
    cr_assert(isinf(cgroup_processors(root)) && isinf(cgroup_memory(root)));
    start("0::/job\\n", UNIFIED);
    put("sys/fs/cgroup/job/cpu.max", "nonsense\\n");
    put("sys/fs/cgroup/job/memory.max", "1000\\n");
    cr_assert(isinf(cgroup_processors(root)) && isinf(cgroup_memory(root)));
    cr_assert(isinf(cgroup_processors("build/test-tmp/nowhere")));
}
