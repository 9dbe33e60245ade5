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

@test "STARTTLS, and without TLS on this machine alone" {
	dovecot_fill kay "" 3
	enroll
	account imap -q kay@test.example --security starttls --port "$DOVECOT_IMAP"
	mailsync run
	same '3' "$(live)"
	account imap -q kay@test.example --security none --port "$DOVECOT_IMAP" --host 127.0.0.1
	mailsync run
	same 'increment|ok|0|0|0|0|0' "$(last_run)"
	fails 77 account imap kay@test.example --security none --host 192.0.2.1
	[[ $output == *'for all to read; --force does it all the same' ]]
	account imap -q kay@test.example --security none --host 192.0.2.1 --force
	same '192.0.2.1|143|1' "$(sql 'SELECT host, port, is_forced FROM email_imap_settings')"
}

@test "a wrong certificate is refused, and noted" {
	dovecot_fill kay "" 1
	enroll
	for host in 127.0.0.2 127.0.0.3 127.0.0.4; do
		account imap -q kay@test.example --host $host
		fails 69 account test kay@test.example
		[[ $output == *"kay@test.example: $host:$DOVECOT_IMAPS: TLS: the certificate "* ]]
		fails 69 mailsync run --account kay@test.example
	done
	same '0|imap' "$(sql 'SELECT (SELECT count(*) FROM emails), provider FROM email_accounts')"
	[[ $(account list --json | jq -r '.accounts[0].last_error') == *'the certificate is self-signed' ]]
	account imap -q kay@test.example --host localhost
	sql 'UPDATE email_imap_settings SET ca_file = NULL'
	fails 69 account test kay@test.example
	MAILROOM_IMAP_CA_FILE=$DOVECOT_CA mailsync run --account kay@test.example
	same '1|' "$(sql 'SELECT (SELECT count(*) FROM emails), last_error FROM email_accounts')"
}

@test "an increment takes what is new, gone, flagged and moved" {
	dovecot_fill kay "" 5
	enroll
	mailsync run
	local dir work
	dir=$(dovecot_maildir kay "")
	work=$(dovecot_maildir kay Work)
	mkdir -p "$work"/{cur,new,tmp}
	rm "$dir"/cur/1700000001.*
	mv "$dir"/cur/1700000002.* "$work/cur/1700000002.M2.test:2,"
	f=$(echo "$dir"/cur/1700000004.*)
	mv "$f" "${f%:2,*}:2,FS"
	mail new.eml 'Subject: New' <<< 'A new message'
	cp new.eml "$dir/cur/1800000000.M9.test:2,"
	dovecot_own "$DOVECOT_DIR/mail"
	mailsync run
	same 'increment|ok|2|1|1|0|0' "$(last_run)"
	same '<1@test.example>' "<$(sql 'SELECT message_id FROM emails e JOIN email_account_messages m ON m.email_id = e.id WHERE m.deleted_at IS NOT NULL')>"
	same 'Work|1' "$(sql "SELECT m.labels, m.remote_id LIKE 'Work:%' FROM emails e JOIN email_account_messages m ON m.email_id = e.id WHERE message_id = '2@test.example'")"
	same 'INBOX,\Flagged,\Seen' "$(sql "SELECT m.labels FROM emails e JOIN email_account_messages m ON m.email_id = e.id WHERE message_id = '4@test.example'")"
	same '6|5' "$(sql 'SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_account_messages WHERE deleted_at IS NULL)')"
	# A folder that goes takes its mail with it.
	rm -r "$work"
	mailsync run
	same '4' "$(live)"
}

@test "a message in two folders is seen once, and gone when it is gone from both" {
	mail both.eml <<< 'in two folders'
	dovecot_mail kay "" both.eml
	dovecot_mail kay Work both.eml
	enroll
	mailsync run
	same '1|1|2' "$(sql 'SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_account_messages), (SELECT count(*) FROM email_remote_messages)')"
	rm "$(dovecot_maildir kay "")"/cur/*
	mailsync run
	same '1' "$(live)"
	same 'Work' "$(sql 'SELECT labels FROM email_account_messages')"
	rm "$(dovecot_maildir kay Work)"/cur/*
	mailsync run
	same '0|1' "$(live)|$(sql 'SELECT count(*) FROM emails')"
}

@test "another UIDVALIDITY makes no doubles and deletes nothing" {
	dovecot_fill kay "" 20
	dovecot_fill kay Work 0
	mail work.eml <<< 'at work'
	dovecot_mail kay Work work.eml
	enroll
	mailsync run
	local dir
	dir=$(dovecot_maildir kay "")
	rm "$dir"/cur/1700000003.*
	# New UIDs, in another order: 101 and up.
	python3 - "$dir" << 'EOP'
import re, sys
path = sys.argv[1] + "/dovecot-uidlist"
lines = open(path).read().splitlines()
mails = [l.split(" ", 1)[1] for l in lines[1:] if "1700000003" not in l]
head = re.sub(r" V(\d+)", lambda m: " V%d" % (int(m[1]) + 100), re.sub(r" N\d+", " N200", lines[0]))
open(path, "w").write("\n".join([head] + ["%d %s" % (101 + i, m) for i, m in enumerate(reversed(mails))]) + "\n")
EOP
	rm -f "$dir"/dovecot.index*
	dovecot_own "$DOVECOT_DIR/mail"
	mailsync run
	same 'reconcile|ok|20|0|20|0|0' "$(last_run)"
	same '21|20' "$(sql 'SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_account_messages WHERE deleted_at IS NULL)')"
	same '3@test.example' "$(sql 'SELECT message_id FROM emails e JOIN email_account_messages m ON m.email_id = e.id WHERE m.deleted_at IS NOT NULL')"
	# The sightings name the ids of now.
	same '0' "$(sql 'SELECT count(*) FROM email_account_messages m JOIN email_remote_messages r ON r.account_id = m.account_id AND r.remote_id = m.remote_id
		WHERE m.deleted_at IS NULL AND r.deleted_at IS NOT NULL')"
	mailsync run
	same 'increment|ok|0|0|0|0|0' "$(last_run)"
	rm "$dir"/cur/1700000005.*
	mailsync run
	same '19' "$(live)"
}

@test "folders that are named, and one that is not there" {
	dovecot_fill kay "" 2
	dovecot_fill kay Work 3
	enroll --folder Work
	mailsync run
	same '3' "$(live)"
	fails 64 account imap kay@test.example --port 0x
	account imap -q kay@test.example --folder Work --folder Nowhere
	fails 78 mailsync run --account kay@test.example
	[[ $output == *'the server has no folder "Nowhere"'* ]]
	account imap -q kay@test.example --folder ''
	mailsync run
	same '3|3' "$(live)|$(sql 'SELECT count(*) FROM emails')"
}

@test "a message that is too large fails alone" {
	mail small.eml <<< small
	{ printf 'From: a@b.example\nSubject: large\nMessage-ID: <large@test.example>\n\n'; head -c 1200000 /dev/zero | tr '\0' x | fold -w 70; } > large.eml
	dovecot_mail kay "" small.eml large.eml
	enroll
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 mailsync run
	same 'backfill|partial|2|1|0|1|0' "$(last_run)"
	[[ $(sql 'SELECT reason FROM email_failed_items') == 'too large: '*' bytes (MAILROOM_MAX_MESSAGE_MB)' ]]
	mailsync retry
	same '2' "$(live)"
}

@test "2,000 messages, in runs of 500 at most" {
	dovecot_fill kay "" 2000
	enroll
	for n in 500 1000 1500 2000; do
		MAILROOM_IMAP_MAX_PER_RUN=500 mailsync run
		same "$n" "$(live)"
	done
	mailsync run
	same 'increment' "$(sql 'SELECT phase FROM email_cursors')"
	dovecot_fill kay Work 0
	for i in {1..7}; do mail "$i.eml" <<< "work $i"; done
	dovecot_mail kay Work {1..7}.eml
	MAILROOM_IMAP_MAX_PER_RUN=4 mailsync run
	same '2004' "$(live)"
	MAILROOM_IMAP_MAX_PER_RUN=4 mailsync run
	same '2007' "$(live)"
}

@test "a connection that is cut, at each command and inside a literal: the next run makes good" {
	mkdir box
	for i in {1..6}; do mail "box/$i.eml" "Subject: $i" <<< "message $i $(head -c 3000 /dev/zero | tr '\0' "$i" | fold -w 70)"; done
	MAILROOM_DATA_DIR=$PWD/calm mailroom init -q
	MAILROOM_DATA_DIR=$PWD/calm fake
	MAILROOM_DATA_DIR=$PWD/calm mailsync run
	dump calm/mailroom.db > calm.txt
	same '6' "$(grep -c ^sighting calm.txt)"
	for kind in cut close bye later; do
		for step in AUTHENTICATE LIST EXAMINE SEARCH FETCH 5 6; do
			export MAILROOM_DATA_DIR=$PWD/$kind-$step
			DB=$MAILROOM_DATA_DIR/mailroom.db
			mailroom init -q
			fake --fault "$kind@$step"
			fails 75 mailsync run --account kay@test.example
			mailsync run --account kay@test.example
			dump > got.txt
			diff calm.txt got.txt || { echo "$kind@$step"; return 1; }
		done
	done
}

@test "a failing mailbox is left alone for a while: 2 minutes, doubling to an hour" {
	mkdir box
	fake
	kill "$FAKE"; wait "$FAKE" || true; FAKE=
	local t=1795000000 wait
	for wait in 120 240 480 960 1920 3600 3600; do
		MAILROOM_NOW=@$t fails 75 mailsync run
		MAILROOM_NOW=@$((t + wait - 2)) mailsync run
		t=$((t + wait + 2))
	done
	same 7 "$(sql 'SELECT failures FROM email_accounts')"
	# Named, it is tried at any time.
	MAILROOM_NOW=@$t fails 75 mailsync run --account kay@test.example
}

@test "a mailbox is asked no more often than the poll interval" {
	dovecot_fill kay "" 1
	enroll
	export MAILROOM_IMAP_POLL_MIN=5
	MAILROOM_NOW=@1795000000 mailsync run
	MAILROOM_NOW=@1795000290 mailsync run
	same 1 "$(sql 'SELECT count(*) FROM email_sync_runs')"
	MAILROOM_NOW=@1795000310 mailsync run
	same 2 "$(sql 'SELECT count(*) FROM email_sync_runs')"
}

@test "the password is nowhere in clear" {
	dovecot_fill kay "" 1
	enroll > out 2>&1
	account list --json >> out 2>&1
	account test -v kay@test.example >> out 2>&1
	mailsync run -v >> out 2>&1
	account imap -q kay@test.example --password-command 'echo not the secret word' >> out 2>&1
	fails 77 mailsync run --account kay@test.example
	printf '%s\n' "$output" >> out
	mailroom status --json >> out 2>&1
	fails 1 grep -rF -e 'secret word' -e "$(printf '\0kay\0secret word' | base64)" out "$MAILROOM_DATA_DIR"
	account imap -q kay@test.example --password-command 'echo secret word'
	account test -q kay@test.example
	account rekey -q
	account test -q kay@test.example
	fails 69 account imap kay@test.example --password-command 'echo x; exit 3'
	fails 65 account imap kay@test.example --password-stdin < /dev/null
	fails 64 account imap kay@test.example --password-stdin --password-command 'echo x'
}

@test "a Gmail mailbox is no IMAP mailbox; a server has to be named" {
	fails 78 account imap kay@test.example
	account add -q kay@test.example
	sql "UPDATE email_accounts SET provider = 'gmail-oauth'"
	fails 77 account imap kay@test.example --host localhost
	[[ $output == *'is a Gmail mailbox' ]]
}

@test "OAuth: a login gives the tokens that the server takes" {
	local port url line login
	dovecot_fill kay "" 2
	(umask 077 && printf 'the-client-secret' > client.secret)
	mkfifo to.tokens typed url
	jq -n '{body: {access_token: "good-token", refresh_token: "refresh-1", expires_in: 3600, token_type: "Bearer",
		scope: "https://mail.google.com/"}}' > answer
	python3 "$SOURCE/tests/fake/token.py" answer < to.tokens > from.tokens 3>&- &
	exec 7> to.tokens
	for ((i = 0; i < 200; i++)); do
		if read -r port 2> /dev/null < from.tokens; then break; fi
		sleep 0.05
	done
	export MAILROOM_GMAIL_TOKEN_URL=http://127.0.0.1:$port/ MAILROOM_GMAIL_AUTH_URL=http://127.0.0.1:$port/auth
	export MAILROOM_GMAIL_CLIENT_ID=the-client MAILROOM_GMAIL_CLIENT_SECRET_FILE=$PWD/client.secret
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --ca-file "$DOVECOT_CA"
	fails 77 account login --no-browser kay@test.example
	[[ $output == *'`account imap kay@test.example --auth oauth` comes before a login' ]]
	account imap -q kay@test.example --auth oauth
	fails 78 account test kay@test.example
	[[ $output == *'nobody has logged in: run `account login kay@test.example`' ]]
	account login --no-browser kay@test.example < typed > url 2> login.err 3>&- 7>&- & login=$!
	exec 8> typed 6< url
	read -r url <&6
	[[ $url == *'scope=https%3A%2F%2Fmail.google.com%2F&'* ]]
	line=$(python3 -c 'import sys, urllib.parse as u
q = dict(u.parse_qsl(u.urlsplit(sys.argv[1]).query))
print(q["redirect_uri"] + "?" + u.urlencode({"code": "4/code", "state": q["state"]}))' "$url")
	printf '%s\n' "$line" >&8
	exec 8>&-
	wait "$login" || { cat login.err; return 1; }
	exec 6<&-
	run account test kay@test.example
	same 'kay@test.example: good (imap, 2 messages in 2 folders)'
	mailsync run
	same '2|imap' "$(live)|$(sql 'SELECT provider FROM email_accounts')"
	fails 1 grep -rF -e good-token -e refresh-1 "$MAILROOM_DATA_DIR"
	# A token that the server does not take is not given again.
	jq -n '{body: {access_token: "bad-token", expires_in: 3600, token_type: "Bearer"}}' > answer
	rm -rf "$MAILROOM_DATA_DIR/tokens"
	fails 77 account test kay@test.example
	jq -n '{body: {access_token: "good-token", expires_in: 3600, token_type: "Bearer"}}' > answer
	account test -q kay@test.example
	exec 7>&-
}

@test "a first capture goes back to --since" {
	dovecot_fill kay "" 9
	for i in {1..9}; do touch -d "2026-11-0${i}T12:00:00Z" "$(dovecot_maildir kay "")"/cur/170000000"$i".*; done
	enroll
	mailsync run --since 2026-11-06T11:00:00Z
	same '4' "$(live)"
	mailsync run --since 2026-11-03T13:00:00Z
	same '6' "$(live)"
	mailsync run
	same '9|9' "$(live)|$(sql 'SELECT count(*) FROM emails')"
}

@test "a UIDVALIDITY that changes in the middle of a first capture" {
	mkdir box
	for i in {1..6}; do mail "box/$i.eml" "Subject: $i" <<< "message $i"; done
	fake
	mailsync run --max 3
	same '3' "$(live)"
	fake --uidvalidity 99
	mailsync run --max 3
	mailsync run
	same '6|6' "$(live)|$(sql 'SELECT count(*) FROM emails')"
	same 'increment|0' "$(sql "SELECT phase, (SELECT count(*) FROM email_account_messages WHERE remote_id NOT LIKE 'INBOX:99:%') FROM email_cursors")"
}
