# shellcheck shell=bash disable=SC2034,SC2154 # variables for the tests, and of bats
# The language of the program tests: every test has a home and a data folder of its own, a fixed clock and zone, and a
# fresh database. Begin a test file with: load lib
BIN=$MAILROOM_BIN BUILD=$MAILROOM_BUILD SOURCE=$MAILROOM_SOURCE CORPUS=$MAIL_CORPUS_DIR

setup() {
	local name
	while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(MAILROOM_|XDG_|TZ$|LC_|LANG)')
	export HOME=$BATS_TEST_TMPDIR/home MAILROOM_DATA_DIR=$BATS_TEST_TMPDIR/data PATH=$BIN:$PATH LC_ALL=C.UTF-8
	export MAILROOM_TZ=Europe/Amsterdam MAILROOM_NOW=2026-11-20T09:00:00+01:00
	DB=$MAILROOM_DATA_DIR/mailroom.db
	mkdir -p "$HOME"
	cd "$BATS_TEST_TMPDIR" || return
	mailroom init -q
	if declare -F prepare >/dev/null; then prepare; fi
}

# mail FILE [HEADER...]: writes a message of these header lines (what is missing of From, To, Date, Subject and Message-ID is
# filled in); the body is standard input: mail a.eml 'From: kay@northwind.example' <<< 'Hello'
mail() {
	local file=$1 header; shift
	printf '%s\n' "$@" > "$file"
	for header in 'From: kay@northwind.example' 'To: mara@harbor.example' 'Date: Thu, 19 Nov 2026 10:00:00 +0100' \
		'Subject: Hello' "Message-ID: <$(basename "$file")@test.example>"; do
		grep -qi "^${header%%:*}:" "$file" || printf '%s\n' "$header" >> "$file"
	done
	sed -i '/^$/d' "$file"
	printf '\n' >> "$file"
	cat >> "$file"
}

# same WANTED [GOT]: the two texts are equal (GOT: the output of the last `run`), or the test fails with their difference.
same() { diff -u --label wanted --label got <(printf '%s\n' "$1") <(printf '%s\n' "${2-$output}"); }

# fails STATUS COMMAND...: the command ends with this exit status; its words are in $output.
fails() { local want=$1; shift; run "$@"; [ "$status" -eq "$want" ] || { echo "exit $status, wanted $want: $output"; return 1; }; }

# sql QUERY: its rows from the test's database, columns by "|".
sql() { sqlite3 -batch "$DB" "$1"; }
