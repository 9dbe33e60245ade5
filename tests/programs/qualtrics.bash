# shellcheck shell=bash disable=SC2034,SC2154 # variables for the tests, and of bats
# A fake Qualtrics beside a test: load it behind lib.

prepare() {
	(umask 077; printf 'token-of-the-test\n' > token)
	# The pace of a real one would take minutes; how long is waited between tries is for the unit tests of gmail_backoff.
	export MAILROOM_QUALTRICS_TOKEN_FILE=$PWD/token MAILROOM_QUALTRICS_REQUESTS_PER_MIN=100000
	start_qualtrics
}

teardown() { stop_qualtrics; }

stop_qualtrics() {
	[ -z "${qualtrics_hold:-}" ] || exec {qualtrics_hold}>&-
	[ -z "${qualtrics_pid:-}" ] || wait "$qualtrics_pid" || true
	qualtrics_hold='' qualtrics_pid=''
}

start_qualtrics() {
	mkfifo qualtrics.in
	: > qualtrics.out # there before it is looked into
	# It ends when its standard input does: nothing is left behind, whatever becomes of the test.
	python3 "$SOURCE/tests/fake/qualtrics.py" --until-eof < qualtrics.in > qualtrics.out 2> qualtrics.err 3>&- &
	qualtrics_pid=$!
	exec {qualtrics_hold}> qualtrics.in
	rm qualtrics.in
	local line=''
	read -r line < <(timeout 30 tail -f -n +1 --pid=$$ qualtrics.out 3>&-)
	QUALTRICS=http://127.0.0.1:$line
	export MAILROOM_QUALTRICS_URL=$QUALTRICS
}

# control JSON: tells the fake something. asked: what it was asked, a line a request.
control() { curl -sSf -d @- "$QUALTRICS/control" <<< "$1" > control.out; }
asked() { curl -sSf "$QUALTRICS/control/log"; }

# survey ID NAME [ANSWER...]: a survey with these answers, objects of column and value in jq's spelling.
survey() {
	local id=$1 name=$2; shift 2
	control "$(jq -nc --arg id "$id" --arg name "$name" "{op: \"survey\", id: \$id, name: \$name,
		answers: [$(IFS=,; echo "$*")]}")"
}

# answer N [FIELDS]: one that is complete, of participant N.
answer() { printf '({did: "did:plc:p%s", email: "p%s@northwind.example", feed_url: "https://feeds.example/%s"} + {%s})' "$1" "$1" "$1" "${2:-}"; }

roster() { sql 'SELECT did, email, status, type, feed_url FROM participants ORDER BY did'; }

# dump: all that a sync may have written.
dump() {
	sqlite3 -batch "$DB" <<'SQL'
SELECT * FROM participants; SELECT * FROM participant_status_history;
SELECT * FROM survey_responses; SELECT * FROM survey_quarantine; SELECT * FROM survey_cursors;
SQL
}
