# shellcheck shell=bash disable=SC2034,SC2154 # variables for the tests, and of bats
# A fake Gmail beside a test: load it behind lib. Its mailbox is mara@harbor.example, which is enrolled by delegation.

prepare() {
	local key
	# Tokens are dated by the clock, so that is not fixed here.
	unset MAILROOM_NOW
	key=$BATS_FILE_TMPDIR/key.pem
	[ -s "$key" ] || openssl genrsa -out "$key" 2048 2> "$BATS_FILE_TMPDIR/openssl.log"
	openssl rsa -in "$key" -pubout -out public.pem 2>> "$BATS_FILE_TMPDIR/openssl.log"
	export MAILROOM_GMAIL_KEY_FILE=$PWD/service.json MAILROOM_GMAIL_UNITS_PER_MIN=2000000000
	if declare -F mailbox >/dev/null; then mailbox; fi
}

teardown() { stop_gmail; }

stop_gmail() {
	[ -z "${gmail_hold:-}" ] || exec {gmail_hold}>&-
	[ -z "${gmail_pid:-}" ] || wait "$gmail_pid" || true
	gmail_hold='' gmail_pid=''
}

# start_gmail [OPTION...]: starts it (options of tests/fake/gmail.py) and enrolls the mailbox.
start_gmail() {
	mkfifo gmail.in
	: > gmail.out # there before it is looked into
	# It ends when its standard input does: nothing is left behind, whatever becomes of the test.
	python3 "$SOURCE/tests/fake/gmail.py" --until-eof --address mara@harbor.example --public-key public.pem "$@" \
		< gmail.in > gmail.out 2> gmail.err 3>&- &
	gmail_pid=$!
	exec {gmail_hold}> gmail.in
	rm gmail.in
	local line=''
	read -r line < <(timeout 30 tail -f -n +1 --pid=$$ gmail.out 3>&-)
	GMAIL=http://127.0.0.1:$line
	export MAILROOM_GMAIL_API_URL=$GMAIL MAILROOM_GMAIL_TOKEN_URL=$GMAIL/token
	jq -n --rawfile key "$BATS_FILE_TMPDIR/key.pem" --arg token "$GMAIL/token" '{type: "service_account", project_id: "mail",
		private_key_id: "1", private_key: $key, client_email: "mailroom@mail.iam.gserviceaccount.example",
		client_id: "100200300", token_uri: $token}' > service.json
	chmod 600 service.json
	account enroll -q mara@harbor.example
}

# control JSON: tells the fake something; answers with what it says.
control() { curl -sSf -d @- "$GMAIL/control" <<< "$1"; }
counters() { curl -sSf "$GMAIL/control/counters"; }

# arrives FILE [LABELS]: a message comes into the mailbox; prints its id. LABELS is a JSON array.
arrives() {
	control "$(jq -n --rawfile raw "$1" --argjson labels "${2:-null}" '{op: "add", raw: $raw} +
		if $labels then {labels: $labels} else {} end')" | jq -r .id
}

# dump [DB]: what a capture has made, without what depends on the order of arrival or on the time.
dump() {
	sqlite3 -batch "${1:-$DB}" <<'SQL'
SELECT 'message', message_id, hex(body_sha256), subject, from_address, is_matched, has_body, attachments FROM emails ORDER BY message_id, 3;
SELECT 'text', e.message_id, length(b.text), substr(b.text, 1, 40) FROM email_bodies b JOIN emails e ON e.id = b.email_id ORDER BY 2, 3;
SELECT 'found', count(*) FROM email_search WHERE email_search MATCH 'message';
SELECT 'sighting', e.message_id, m.is_sent, m.labels, m.remote_id, m.remote_thread_id, m.deleted_at IS NOT NULL
	FROM email_account_messages m JOIN emails e ON e.id = m.email_id ORDER BY 2, 5;
SELECT 'remote', r.remote_id, e.message_id, r.labels, r.deleted_at IS NOT NULL
	FROM email_remote_messages r LEFT JOIN emails e ON e.id = r.email_id ORDER BY 2;
SELECT 'thread', min(message_id), count(*), group_concat(message_id) FROM (SELECT thread_id, message_id FROM emails ORDER BY message_id)
	GROUP BY thread_id ORDER BY 2;
SELECT 'link', e.message_id, l.investor_id, l.match_kind, l.status FROM email_investor_links l JOIN emails e ON e.id = l.email_id ORDER BY 2, 3;
SELECT 'attachment', e.message_id, a.position, hex(a.sha256), a.is_stored FROM email_attachments a JOIN emails e ON e.id = a.email_id ORDER BY 2, 3;
SELECT 'failed', source_name, resolved_at IS NOT NULL FROM email_failed_items WHERE resolved_at IS NULL ORDER BY 2;
SELECT 'cursor', phase, cursor, page_token FROM email_cursors;
SQL
	find "${2:-$MAILROOM_DATA_DIR}/attachments" -type f -printf '%f\n' | sort
}
