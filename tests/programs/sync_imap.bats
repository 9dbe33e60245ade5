#!/usr/bin/env bats
# mailsync run against Debian's Dovecot, and against a small server that fails on demand.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"

# One Dovecot for all tests of this file; each empties the mailbox of kay.
setup_file() {
	dovecot_start
	export DOVECOT_DIR DOVECOT_CA DOVECOT_IMAP DOVECOT_IMAPS DOVECOT_PID DOVECOT_TOKENS
}
teardown_file() { dovecot_stop; }

prepare() {
	FAKE=
	unset MAILROOM_NOW
	export MAILROOM_IMAP_POLL_MIN=0
	rm -rf "$DOVECOT_DIR/mail/kay"
}
teardown() { if [ -n "$FAKE" ]; then kill "$FAKE" 2> /dev/null; wait "$FAKE" 2> /dev/null || true; fi; }

# enroll [OPTION...]: kay's mailbox by TLS.
enroll() {
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --ca-file "$DOVECOT_CA" --user kay --password-stdin "$@" \
		<<< 'secret word'
}

# fake OPTION...: starts tests/fake/imap.py with mail in the folder box, and enrolls kay there.
fake() {
	teardown
	rm -f port
	python3 "$SOURCE/tests/fake/imap.py" --mail box "$@" > port 2> fake.err < /dev/null 3>&- & FAKE=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2> /dev/null < port; then break; fi
		sleep 0.05
	done
	account imap -q kay@test.example --host 127.0.0.1 --port "$PORT" --security none --user kay --password-stdin <<< 'secret word'
}

last_run() { sql 'SELECT kind, status, messages_seen, messages_stored, messages_known, messages_failed, messages_skipped FROM email_sync_runs ORDER BY id DESC LIMIT 1'; }
live() { sql 'SELECT count(*) FROM email_account_messages WHERE deleted_at IS NULL'; }

# What a capture has made, without what depends on the order of arrival or on the time.
dump() {
	sqlite3 -batch "${1:-$DB}" <<'SQL'
SELECT 'message', message_id, hex(body_sha256), subject, from_address, is_matched, has_body FROM emails ORDER BY message_id, 3;
SELECT 'sighting', e.message_id, m.is_sent, m.labels, m.remote_id, m.deleted_at IS NOT NULL
	FROM email_account_messages m JOIN emails e ON e.id = m.email_id ORDER BY 2, 5;
SELECT 'remote', r.remote_id, e.message_id, r.labels, r.deleted_at IS NOT NULL
	FROM email_remote_messages r LEFT JOIN emails e ON e.id = r.email_id ORDER BY 2;
SELECT 'failed', source_name FROM email_failed_items WHERE resolved_at IS NULL ORDER BY 2;
SELECT 'cursor', phase, cursor, page_token FROM email_cursors;
SQL
}

@test "a mailbox is captured by TLS: all folders but drafts, junk and trash" {
	mkdir new
	for name in in sent draft junk trash work; do mail "new/$name.eml" "Subject: $name" <<< "the $name message"; done
	dovecot_mail kay "" new/in.eml
	dovecot_mail kay "Sent Things" new/sent.eml
	dovecot_mail kay Drafts new/draft.eml
	dovecot_mail kay Unwanted new/junk.eml
	dovecot_mail kay Rubbish new/trash.eml
	dovecot_mail kay Work new/work.eml
	enroll
	run account test kay@test.example
	same 'kay@test.example: good (imap, 3 messages in 3 folders)'
	run mailsync run
	same '' && [ "$status" -eq 0 ]
	same 'backfill|ok|3|3|0|0|0' "$(last_run)"
	same $'in|0\nsent|1\nwork|0' "$(sql 'SELECT subject, is_sent FROM emails e JOIN email_account_messages m ON m.email_id = e.id ORDER BY 1')"
	mailsync run
	same 'increment|ok|0|0|0|0|0' "$(last_run)"
	[[ "$(account list)" == *'kay@test.example  on     imap      ok'* ]] || account list
}
