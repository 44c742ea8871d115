#!/bin/bash
# slowest.sh FILE...: the ten slowest tests of Criterion's reports (--xml), with their seconds.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
for report in "$@"; do
    awk -v run="$(basename "$report" .xml)" '
        /<testsuite / { suite = $0; sub(/.* name="/, "", suite); sub(/".*/, "", suite) }
        /<testcase / && /status="PASSED"/ {
            name = time = $0
            sub(/.* name="/, "", name); sub(/".*/, "", name)
            sub(/.* time="/, "", time); sub(/".*/, "", time)
            printf "%8.1f s  %s/%s (%s)\n", time, suite, name, run
        }' "$report"
done | sort -rn | sed -n '1i slowest tests:
1,10p'
