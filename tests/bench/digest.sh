#!/bin/bash
# Measures the team digest of one day in 200,000 messages (digest.sql): the text, and the whole way into the outbox.
# usage: digest.sh BINDIR      prints the milliseconds of each, process start included
set -euo pipefail

bin=$1 here=$(cd "$(dirname "$0")" && pwd)
export MAILROOM_DATA_DIR MAILROOM_TZ=Europe/Amsterdam MAILROOM_NOW=2026-11-19T09:00:00+01:00
MAILROOM_DATA_DIR=$(mktemp -d)
trap 'rm -rf "$MAILROOM_DATA_DIR"' EXIT
"$bin/mailroom" init -q
sqlite3 "$MAILROOM_DATA_DIR/mailroom.db" < "$here/digest.sql"
hyperfine -N --warmup 3 --runs 30 --export-json "$MAILROOM_DATA_DIR/result.json" \
	"$bin/digest-build team --preview" "$bin/digest-build team" > /dev/null 2>&1
jq -r '.results[] | "\(.command | sub(".*/"; ""))\t\(.mean * 1e4 | round / 10) ms\t± \(.stddev * 1e4 | round / 10) ms"' \
	"$MAILROOM_DATA_DIR/result.json"
