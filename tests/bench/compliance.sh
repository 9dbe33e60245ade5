#!/bin/bash
# Measures the study's numbers of 100,000 participants with 10,000,000 engagements (compliance.sql; about 1.2 GB under TMPDIR).
# usage: compliance.sh BINDIR      prints wall clock, processor time and peak memory of each, process start included
set -euo pipefail

bin=$1 here=$(cd "$(dirname "$0")" && pwd)
export MAILROOM_DATA_DIR MAILROOM_TZ=Europe/Amsterdam MAILROOM_NOW=2026-11-20T09:00:00Z
MAILROOM_DATA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-bench.XXXXXX")
trap 'rm -rf "$MAILROOM_DATA_DIR"' EXIT
export MAILROOM_COMPLIANCE_DB=$MAILROOM_DATA_DIR/compliance.db
"$bin/mailroom" init -q
sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" < "$here/compliance_roster.sql"
sqlite3 "$MAILROOM_COMPLIANCE_DB" < "$here/compliance.sql" > "$MAILROOM_DATA_DIR/out"

# row WORDS COMMAND...
row() {
	local words=$1; shift
	/usr/bin/time -o "$MAILROOM_DATA_DIR/time" -f '%e %U %S %M' "$@" > "$MAILROOM_DATA_DIR/out"
	awk -v words="$words" '{ printf "| %s | %.1f s | %.1f s | %.1f MB |\n", words, $1, $2 + $3, $4 / 1024 }' \
		"$MAILROOM_DATA_DIR/time"
}

row 'aggregate, the table' "$bin/participant" aggregate
row 'aggregate --json' "$bin/participant" aggregate --json
row 'snapshot, the first time' "$bin/participant" snapshot -q
row 'snapshot again' "$bin/participant" snapshot -q
