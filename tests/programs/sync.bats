#!/usr/bin/env bats
# mailsync run against a fake Gmail: first capture, increments, what a mailbox does meanwhile, what an operator sees.
load lib
load gmail

last_runs() { sql 'SELECT kind, status, messages_seen, messages_stored, messages_known, messages_failed, messages_skipped FROM email_sync_runs ORDER BY id'; }

# A small mailbox: two messages of an investor (one with an attachment), one of nobody, one sent.
small_mailbox() {
	mkdir -p box
	mail box/1.eml <<< 'From the fund, message one'
	printf '%s\n' 'From: kay@northwind.example' 'To: mara@harbor.example' 'Subject: Papers' 'Date: Thu, 19 Nov 2026 11:00:00 +0100' \
		'Message-ID: <papers@test.example>' 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' '' \
		'--b' 'Content-Type: text/plain' '' 'See the message attached.' '--b' 'Content-Type: application/pdf' \
		'Content-Disposition: attachment; filename=papers.pdf' '' 'bytes of papers' '--b--' > box/2.eml
	mail box/3.eml 'From: news@shop.example' <<< 'A message nobody asked for'
	mail box/4.eml 'From: mara@harbor.example' 'To: kay@northwind.example' 'In-Reply-To: <papers@test.example>' <<< 'Sent message'
	contact add -q fund --name Northwind --address kay@northwind.example
}

@test "a first capture takes all, and keeps the text of what matches" {
	small_mailbox
	start_gmail --dir box
	run mailsync run
	same '' && [ "$status" -eq 0 ]
	same '4|3' "$(sql 'SELECT COUNT(*) total, SUM(is_matched) matched FROM emails')"
	same 'address|3' "$(sql 'SELECT match_kind, COUNT(*) FROM email_investor_links GROUP BY match_kind')"
	same 'backfill|ok|4|4|1|' "$(sql "SELECT kind, status, (SELECT count(*) FROM emails), messages_stored, attachments_saved, error FROM email_sync_runs ORDER BY started_at DESC LIMIT 3")"
	same '1|SENT' "$(sql "SELECT is_sent, labels FROM email_account_messages WHERE is_sent = 1")"
	same 'INBOX,UNREAD|3' "$(sql "SELECT labels, count(*) FROM email_account_messages WHERE is_sent = 0 GROUP BY 1")"
	same '1' "$(find "$MAILROOM_DATA_DIR/attachments" -type f | wc -l)"
	# Nothing of the unmatched message's body is anywhere.
	same '0' "$(sql "SELECT count(*) FROM email_bodies WHERE text LIKE '%nobody asked%'")"
	fails 1 grep -q 'nobody asked' -r "$MAILROOM_DATA_DIR"
}

@test "each message costs one get, and mail of the people on record comes first" {
	contact add -q fund --name Firm --domain firm3.example
	start_gmail --generate 60 --size 800
	mailsync run --max 3
	same '3' "$(sql "SELECT count(*) FROM emails WHERE from_address LIKE '%@firm3.example'")"
	same '3' "$(sql 'SELECT count(*) FROM emails')"
	mailsync run
	same '60' "$(sql 'SELECT count(*) FROM emails')"
	same '60' "$(counters | jq '.calls["messages.get"]')"
}

@test "an increment with nothing new is one request" {
	start_gmail --generate 5 --size 700
	mailsync run
	control '{"op": "reset_counters"}' > /dev/null
	mailsync run
	same '{"history.list":1}' "$(counters | jq -c .requests)"
	same 'increment|ok|0|0|0|0|0' "$(last_runs | tail -1)"
	same '1|2' "$(sql 'SELECT requests, units FROM email_sync_runs ORDER BY id DESC LIMIT 1')"
}

@test "increments that found nothing are forgotten after a week" {
	start_gmail --generate 2 --size 700
	mailsync run
	mailsync run
	sql "UPDATE email_sync_runs SET started_at = started_at - 8 * 86400; UPDATE email_accounts SET last_ok_at = last_ok_at - 7200"
	mailsync run
	same $'backfill|2\nincrement|0' "$(sql 'SELECT kind, messages_seen FROM email_sync_runs ORDER BY id')"
}

@test "an increment takes what is new, gone and labelled otherwise" {
	small_mailbox
	start_gmail --dir box
	mailsync run
	local first papers
	first=$(sql "SELECT remote_id FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE message_id = '1.eml@test.example'")
	papers=$(sql "SELECT remote_id FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE message_id = 'papers@test.example'")
	mail new.eml 'Subject: New' <<< 'A new message'
	arrives new.eml
	control "{\"op\": \"delete\", \"id\": \"$first\"}"
	control "{\"op\": \"relabel\", \"id\": \"$papers\", \"add\": [\"STARRED\", \"Label_7\"], \"remove\": [\"UNREAD\"]}"
	mailsync run
	same 'increment|ok|1|1|0|0|0' "$(last_runs | tail -1)"
	same '1' "$(sql "SELECT deleted_at IS NOT NULL FROM email_account_messages WHERE remote_id = '$first'")"
	same 'INBOX,Label_7,STARRED' "$(sql "SELECT labels FROM email_account_messages WHERE remote_id = '$papers'")"
	# The record of the deleted message stays.
	same '5' "$(sql 'SELECT count(*) FROM emails')"
	# Into the trash and out again.
	control "{\"op\": \"relabel\", \"id\": \"$papers\", \"add\": [\"TRASH\"], \"remove\": [\"INBOX\"]}"
	mailsync run
	same '1' "$(sql "SELECT deleted_at IS NOT NULL FROM email_account_messages WHERE remote_id = '$papers'")"
	control "{\"op\": \"relabel\", \"id\": \"$papers\", \"add\": [\"INBOX\"], \"remove\": [\"TRASH\"]}"
	mailsync run
	same '0' "$(sql "SELECT deleted_at IS NOT NULL FROM email_account_messages WHERE remote_id = '$papers'")"
}

@test "drafts, spam and trash are left out, unless the settings want them" {
	start_gmail
	local draft spam
	for name in plain draft spam trash; do mail $name.eml "Subject: $name" <<< "the $name message"; done
	arrives plain.eml
	draft=$(arrives draft.eml '["DRAFT"]')
	spam=$(arrives spam.eml '["SPAM"]')
	arrives trash.eml '["TRASH"]'
	mailsync run
	same 'plain' "$(sql 'SELECT subject FROM emails')"
	# What the spam filter was wrong about, and what was only a draft, come in when they are that no more.
	control "{\"op\": \"relabel\", \"id\": \"$spam\", \"add\": [\"INBOX\"], \"remove\": [\"SPAM\"]}"
	control "{\"op\": \"relabel\", \"id\": \"$draft\", \"add\": [\"SENT\"], \"remove\": [\"DRAFT\"]}"
	mail later.eml 'Subject: later' <<< 'another draft message'
	arrives later.eml '["DRAFT"]'
	mailsync run
	same $'draft\nplain\nspam' "$(sql 'SELECT subject FROM emails ORDER BY 1')"
	same '1' "$(sql "SELECT is_sent FROM email_account_messages m JOIN emails e ON e.id = m.email_id WHERE subject = 'draft'")"
	export MAILROOM_DATA_DIR=$PWD/other MAILROOM_GMAIL_INCLUDE=drafts,trash
	mailroom init -q
	account enroll -q mara@harbor.example
	mailsync run
	same '5' "$(sqlite3 other/mailroom.db 'SELECT count(*) FROM emails')"
	MAILROOM_GMAIL_INCLUDE=drafts,everything fails 78 mailsync run
}

@test "an expired history leads to a reconciliation that fetches only what is unknown" {
	start_gmail --generate 30 --size 700
	mailsync run
	local gone kept
	gone=$(sql 'SELECT min(remote_id) FROM email_account_messages')
	kept=$(sql 'SELECT max(remote_id) FROM email_account_messages')
	mail new.eml 'Subject: New' <<< 'A new message'
	arrives new.eml
	control "{\"op\": \"delete\", \"id\": \"$gone\"}"
	control '{"op": "forget_history"}'
	control '{"op": "reset_counters"}'
	mailsync run
	same 'reconcile|ok|30|1|29|0|0' "$(last_runs | tail -1)"
	same '1' "$(counters | jq '.calls["messages.get"]')"
	same "$gone" "$(sql 'SELECT remote_id FROM email_account_messages WHERE deleted_at IS NOT NULL')"
	# The same when the cursor is only old.
	sql 'UPDATE email_cursors SET cursor_at = cursor_at - 8 * 86400'
	control '{"op": "reset_counters"}'
	mailsync run
	same 'reconcile|ok|30|0|30|0|0' "$(last_runs | tail -1)"
	same 'null' "$(counters | jq '.calls["messages.get"]')"
	[ -n "$kept" ]
}

@test "new mail during a first capture is not missed" {
	start_gmail --generate 40 --size 700
	export MAILROOM_GMAIL_BACKFILL_PAGE_SIZE=10
	mailsync run --max 10
	mail new.eml 'Subject: New' <<< 'A new message'
	arrives new.eml
	control "{\"op\": \"delete\", \"id\": \"$(sql 'SELECT min(remote_id) FROM email_account_messages')\"}"
	# It does not wait for the rest of the old mail.
	mailsync run --max 10
	same '1' "$(sql "SELECT count(*) FROM emails WHERE subject = 'New'")"
	mailsync run
	same '41|40' "$(sql 'SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_account_messages WHERE deleted_at IS NULL)')"
	same 'increment' "$(sql 'SELECT phase FROM email_cursors')"
}

@test "a first capture goes back to --since, and further when it is asked to" {
	start_gmail --generate 20 --size 700
	# The fake's messages come a second apart from here on.
	mailsync run --since @1760000011
	same '10' "$(sql 'SELECT count(*) FROM emails')"
	mailsync run --since @1760000011
	same '10' "$(sql 'SELECT count(*) FROM emails')"
	mailsync run
	same '20' "$(sql 'SELECT count(*) FROM emails')"
	same '20' "$(counters | jq '.calls["messages.get"]')"
}

@test "what cannot be captured is on record, and tried again" {
	start_gmail --generate 6 --size 700
	export MAILROOM_GMAIL_RETRY_MAX=1
	control '{"op": "fault", "method": "messages.get", "inner": true, "kind": "gone", "nth": 3}'
	fails 1 mailsync run
	[[ $output == *'1 messages could not be captured'* ]]
	same 'backfill|partial|6|5|0|1|0' "$(last_runs)"
	same 'the mailbox no longer has it (404)|1' "$(sql 'SELECT reason, source_name <> '"''"' FROM email_failed_items WHERE resolved_at IS NULL')"
	mailsync run
	run mailsync retry
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
	same '0' "$(sql 'SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL')"
	same '6' "$(sql 'SELECT count(*) FROM emails')"
}

@test "a message that is too large fails alone" {
	start_gmail
	mail small.eml <<< small
	arrives small.eml
	{ printf 'From: a@b.example\nSubject: large\nMessage-ID: <large@test.example>\n\n'; head -c 1200000 /dev/zero | tr '\0' x; } > large.eml
	arrives large.eml
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 mailsync run
	same 'backfill|partial|2|1|0|1|0' "$(last_runs)"
	mailsync retry
	same '2' "$(sql 'SELECT count(*) FROM emails')"
}

@test "rematch fetches the text of mail that has come to match" {
	small_mailbox
	contact remove -q Northwind
	start_gmail --dir box
	mailsync run
	same '0|0' "$(sql 'SELECT SUM(is_matched), SUM(has_body) FROM emails')"
	contact restore -q Northwind
	control '{"op": "reset_counters"}'
	run mailsync rematch
	same $'4 seen, 3 matched (3 more, 0 fewer)\n3 texts read again, 0 whose source is gone'
	same '3|3|1' "$(sql 'SELECT SUM(is_matched), SUM(has_body), (SELECT count(*) FROM email_attachments) FROM emails')"
	same '3' "$(counters | jq '.calls["messages.get"]')"
	mailsync rematch
	same '3' "$(counters | jq '.calls["messages.get"]')"
}

@test "mail of a thread that comes to match gets its text from the mailbox" {
	contact add -q fund --name Northwind --address kay@northwind.example
	start_gmail
	mail early.eml 'From: someone@elsewhere.example' <<< 'early message'
	arrives early.eml
	mailsync run
	same '0' "$(sql 'SELECT SUM(has_body) FROM emails')"
	mail late.eml 'In-Reply-To: <early.eml@test.example>' 'Cc: someone@elsewhere.example' <<< 'late message'
	arrives late.eml
	mailsync run
	same '2|2' "$(sql 'SELECT SUM(is_matched), SUM(has_body) FROM emails')"
}

@test "a message known from a file is the same message in the mailbox" {
	small_mailbox
	start_gmail --dir box
	mailsync import -q --account mara@harbor.example box/1.eml
	mailsync run
	same 'backfill|ok|4|3|1|0|0' "$(last_runs | tail -1)"
	same '4' "$(sql 'SELECT count(remote_id) FROM email_account_messages')"
}

@test "mailsync is silent in cron, and tells as JSON what it did" {
	start_gmail --generate 3 --size 700
	run mailsync
	same ''
	mail new.eml <<< 'new message'
	arrives new.eml
	same '{"format":1,"stored":1,"failed":0,"accounts":[["mara@harbor.example",null,1]]}' \
		"$(mailsync run --json | jq -c '{format, stored, failed, accounts: [.accounts[] | [.address, .error, .stored]]}')"
}

@test "status tells how each mailbox stands" {
	start_gmail --generate 20 --size 700
	export MAILROOM_GMAIL_BACKFILL_PAGE_SIZE=5
	mailsync run --max 10
	sql 'UPDATE email_cursors SET begun_at = begun_at - 100'
	same '["mara@harbor.example","backfill",false,10,20,true,null,10,10,0]' "$(mailsync status --json | jq -c '.accounts[0] |
		[.address, .backfill.phase, .backfill.done, .backfill.listed, .backfill.total, (.backfill.estimated_end_at - now | . > 80 and . < 120),
		.lag_s, .messages, .unmatched, .failed]')"
	mailsync status | grep -q 'first capture: 10 of about 20 messages listed, done about '
	mailsync run
	same '["increment",true,true,"ok",427]' "$(mailsync status --json | jq -c '.accounts[0] |
		[.backfill.phase, .backfill.done, (.lag_s < 60), .last_run.status, .units_last_day]')"
}

@test "one mailbox's failure does not stop the others" {
	start_gmail --account jonas@harbor.example
	mail new.eml <<< 'new message'
	arrives new.eml
	account enroll -q jonas@harbor.example
	account enroll -q aaron@harbor.example
	for parallel in 1 3; do
		MAILROOM_SYNC_PARALLEL=$parallel fails 1 mailsync run
		[[ $output == *'aaron@harbor.example: '*'Invalid email'* ]]
		same '1' "$(wc -l <<< "$output")"
	done
	same '1' "$(sql 'SELECT count(*) FROM emails')"
	same 'aaron@harbor.example' "$(sql 'SELECT address FROM email_accounts WHERE last_error IS NOT NULL')"
	same '2' "$(sql "SELECT count(DISTINCT account_id) FROM email_sync_runs WHERE status = 'ok'")"
	account pause -q aaron@harbor.example
	mailsync run
	fails 66 mailsync run --account nobody@harbor.example
}

@test "all is stopped by MAILROOM_GMAIL_ENABLED=false" {
	start_gmail --generate 3 --size 700
	export MAILROOM_GMAIL_ENABLED=false
	run mailsync run
	same '' && [ "$status" -eq 0 ]
	fails 77 mailsync run --account mara@harbor.example
	same '{}' "$(counters | jq -c .requests)"
	same '0' "$(sql 'SELECT count(*) FROM email_sync_runs')"
}

@test "a second run at the same time is told to come again" {
	start_gmail --generate 3 --size 700
	mkdir -p "$MAILROOM_DATA_DIR/locks"
	exec {lock}> "$MAILROOM_DATA_DIR/locks/account-1.lock"
	flock -n "$lock"
	fails 75 mailsync run
	exec {lock}>&-
	mailsync run
	same '3' "$(sql 'SELECT count(*) FROM emails')"
}

@test "a page token that has gone stale begins the listing again" {
	start_gmail --generate 20 --size 700
	export MAILROOM_GMAIL_BACKFILL_PAGE_SIZE=5
	mailsync run --max 10
	sql "UPDATE email_cursors SET page_token = 'stale'"
	mailsync run
	same '20|20' "$(sql 'SELECT count(*), (SELECT listed FROM email_cursors) FROM emails')"
	same '20' "$(counters | jq '.calls["messages.get"]')"
}
