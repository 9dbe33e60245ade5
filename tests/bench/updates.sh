#!/bin/bash
# Measures the daily updates of 10,000 participants (updates.sql): built, built again without a change, one previewed.
# usage: updates.sh BINDIR      prints wall clock, processor time and peak memory of each, process start and disk included
set -euo pipefail

bin=$1 here=$(cd "$(dirname "$0")" && pwd)
export MAILROOM_DATA_DIR MAILROOM_TZ=Europe/Amsterdam MAILROOM_NOW=2026-11-20T15:00:00Z MAILROOM_PARTICIPANT_FROM=study@study.example
export MAILROOM_PARTICIPANT_FROM_NAME='The study team' MAILROOM_UNSUBSCRIBE='https://study.example/leave?m={token}'
MAILROOM_DATA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-bench.XXXXXX")
trap 'rm -rf "$MAILROOM_DATA_DIR"' EXIT
export MAILROOM_COMPLIANCE_DB=$MAILROOM_DATA_DIR/compliance.db
"$bin/mailroom" init -q
sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" < "$here/updates_roster.sql"
sqlite3 "$MAILROOM_COMPLIANCE_DB" < "$here/updates.sql" > "$MAILROOM_DATA_DIR/out"
sync

# row WORDS COMMAND...
row() {
	local words=$1; shift
	/usr/bin/time -o "$MAILROOM_DATA_DIR/time" -f '%e %U %S %M' "$@" > "$MAILROOM_DATA_DIR/out"
	awk -v words="$words" '{ printf "| %s | %.1f s | %.1f s | %.1f MB |\n", words, $1, $2 + $3, $4 / 1024 }' \
		"$MAILROOM_DATA_DIR/time"
}

row 'digest-build participants' "$bin/digest-build" participants -q
row 'the same again, nothing changed' "$bin/digest-build" participants -q
row 'participant preview of one' "$bin/participant" preview --did did:plc:000000000000000000000000
