#!/usr/bin/env bats
# mailsync run against Dovecot: first capture, increments, a changed UIDVALIDITY, when a mailbox has its turn.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"

# A server of its own for each test: they change what is in the mailbox.
prepare() {
	dovecot_start
	export MAILROOM_IMAP_CA_FILE=$DOVECOT_CA
	contact add -q fund --name Northwind --address kay@northwind.example
	mail 1.eml <<< 'message one'
	mail 2.eml 'From: news@shop.example' <<< 'message two'
	mail 3.eml 'From: mara@harbor.example' 'To: kay@northwind.example' <<< 'message three'
	mail 4.eml 'From: mara@harbor.example' <<< 'a draft'
	dovecot_mail mara "" 1.eml 2.eml
	dovecot_mail mara "Sent Things" 3.eml
	dovecot_mail mara Drafts 4.eml
	account imap -q mara@harbor.example --host localhost --port "$DOVECOT_IMAPS" --login mara <<< 'secret word'
}
teardown() { dovecot_stop; }

last_run() { sql 'SELECT kind, status, messages_seen, messages_stored, messages_known, messages_failed FROM email_sync_runs ORDER BY id DESC LIMIT 1'; }
sync() { mailsync run --account mara@harbor.example; }

@test "a first capture takes all folders but drafts" {
	mailsync run
	same 'backfill|ok|3|3|0|0' "$(last_run)"
	same '3|2' "$(sql 'SELECT COUNT(*) total, SUM(is_matched) matched FROM emails')"
	same 'Sent Things' "$(sql 'SELECT labels FROM email_account_messages WHERE is_sent')"
	same 'INBOX|2' "$(sql 'SELECT labels, count(*) FROM email_account_messages WHERE is_sent = 0 GROUP BY 1')"
	sync
	same 'increment|ok|0|0|0|0' "$(last_run)"
}

@test "an increment takes what is new, gone, moved and flagged" {
	sync
	mail 5.eml <<< 'message five'
	local inbox first second
	inbox=$(dovecot_maildir mara "")
	# Under a name of its own: dovecot_mail begins to count anew.
	cp 5.eml "$inbox/new/1700000099.M99.test"
	dovecot_own "$inbox"
	sync
	same 'increment|ok|1|1|0|0' "$(last_run)"
	first=$(grep -rl 'message one' "$inbox/cur" "$inbox/new")
	second=$(grep -rl 'message two' "$inbox/cur" "$inbox/new")
	rm "$second"
	mv "$first" "${first%%:2*}:2,FS"
	sync
	same '1' "$(sql "SELECT deleted_at IS NOT NULL FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE message_id = '2.eml@test.example'")"
	same 'INBOX,\Flagged,\Seen' "$(sql "SELECT labels FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE message_id = '1.eml@test.example'")"
	# Moved: gone in one folder, new in the other, one message all the time.
	dovecot_mail mara Archive 1.eml
	rm "${first%%:2*}:2,FS"
	sync
	same 'Archive|0' "$(sql "SELECT labels, deleted_at IS NOT NULL FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE message_id = '1.eml@test.example'")"
	same '4' "$(sql 'SELECT count(*) FROM emails')"
}

@test "a changed UIDVALIDITY doubles nothing" {
	sync
	rm -f "$(dovecot_maildir mara "")"/dovecot*
	sync
	same 'reconcile|ok|3|0|3|0' "$(last_run)"
	same '3|3' "$(sql 'SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_account_messages WHERE deleted_at IS NULL)')"
}

@test "mail that has come to match gets its text from the server" {
	sync
	same '2' "$(sql 'SELECT sum(has_body) FROM emails')"
	contact add -q fund --name Shop --address news@shop.example
	mailsync rematch -q
	same '3' "$(sql 'SELECT sum(has_body) FROM emails')"
}

@test "a mailbox waits for its turn, and longer when it fails" {
	mailsync run
	mailsync run
	same 'backfill' "$(sql 'SELECT kind FROM email_sync_runs')"
	sql 'UPDATE email_cursors SET next_at = 0'
	account imap -q mara@harbor.example --host localhost --port "$DOVECOT_IMAPS" --login mara <<< 'another word'
	fails 77 mailsync run
	same '1|1|1' "$(sql 'SELECT c.failures, c.next_at - a.last_error_at BETWEEN 110 AND 130, a.last_error IS NOT NULL FROM email_cursors c JOIN email_accounts a ON a.id = c.account_id')"
	run mailsync run
	same ''
	account imap -q mara@harbor.example --host localhost --port "$DOVECOT_IMAPS" --login mara <<< 'secret word'
	sync
	same '0|1' "$(sql 'SELECT c.failures, a.last_error IS NULL FROM email_cursors c JOIN email_accounts a ON a.id = c.account_id')"
}

@test "the password is sealed, and encryption is not given up" {
	fails 1 grep -rq 'secret word' "$MAILROOM_DATA_DIR"
	fails 77 account imap mara@harbor.example --host imap.example.org --security none <<< 'secret word'
	fails 64 account imap mara@harbor.example <<< 'secret word'
	fails 65 account imap mara@harbor.example --host localhost < /dev/null
	account imap -q mara@harbor.example --host 127.0.0.2 --port "$DOVECOT_IMAPS" --login mara <<< 'secret word'
	fails 69 sync
}
