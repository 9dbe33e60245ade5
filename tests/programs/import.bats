#!/usr/bin/env bats
# mailsync import: sources, identity of messages, counts, failures, kills.
load lib

prepare() { account add mara@harbor.example --alias m.ray@harbor.example -q; }

import() { mailsync import --account mara@harbor.example "$@"; }

# message ID SUBJECT [HEADER...]: a message on standard output, its body from standard input.
message() {
	local id=$1 subject=$2; shift 2
	printf 'From: Kay <kay@northwind.example>\nTo: mara@harbor.example\nDate: Thu, 19 Nov 2026 10:00:00 +0100\n'
	printf 'Subject: %s\nMessage-ID: <%s>\n' "$subject" "$id"
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf '\n'
	cat
}

# entry: a message from standard input as an entry of an mbox, quoted as mboxrd.
entry() { printf 'From kay@northwind.example Thu Nov 19 09:00:00 2026\n'; sed -E 's/^(>*From )/>\1/'; printf '\n'; }

# mbox N [FIRST]: an mbox of N messages, three to a thread.
mbox() {
	local i first=${2:-1}
	for ((i = first; i < first + $1; i++)); do
		message "m$i@t.example" "Number $i" "In-Reply-To: <m$((i - i % 3))@t.example>" <<< "Body of $i" | entry
	done
}

counts() { sql "SELECT messages_seen, messages_stored, messages_known, messages_matched, messages_failed, status FROM email_sync_runs ORDER BY id DESC LIMIT 1"; }

# What a database holds, without what depends on when and how often runs were made.
state() {
	sqlite3 -batch "$1" "
		SELECT id, message_id, hex(body_sha256), duplicate_of, thread_id, sent_at, subject, from_address, is_matched, has_body, attachments FROM emails ORDER BY id;
		SELECT * FROM email_bodies ORDER BY 1; SELECT * FROM addresses ORDER BY 1; SELECT * FROM email_recipients ORDER BY 1, 2, 3;
		SELECT email_id, position, filename, hex(sha256), is_stored FROM email_attachments ORDER BY 1, 2;
		SELECT account_id, email_id, is_sent, source_offset, source_name FROM email_account_messages ORDER BY 1, 2;
		SELECT id, size, joined_into, to_rematch FROM email_threads ORDER BY 1; SELECT * FROM email_thread_keys ORDER BY 1;
		SELECT email_id, investor_id, match_kind, status FROM email_investor_links ORDER BY 1, 2;
		SELECT cursor_offset, messages, completed_at IS NULL FROM email_sources ORDER BY id;
		SELECT rowid FROM email_search WHERE email_search MATCH 'body' ORDER BY rowid;"
}

@test "an mbox is read, and a second time it is known" {
	mbox 7 > box
	run import box
	same '7 seen, 7 stored, 0 already known, 0 matched, 0 failed'
	run import box
	same '7 seen, 0 stored, 7 already known, 0 matched, 0 failed'
	same '7|0|7|0|0|ok' "$(counts)"
	same '7' "$(sql 'SELECT count(*) FROM emails')"
}

@test "a copy elsewhere, and the same mail in a Maildir, is known" {
	mbox 3 > box; cp box copy; mkdir -p md/cur md/new md/tmp md/.Sent/cur md/.Sent/new
	import box -q
	run import copy
	same '3 seen, 0 stored, 3 already known, 0 matched, 0 failed'
	message m1@t.example 'Number 1' <<< 'Body of 1' > md/cur/1:2,S
	message new@t.example 'Number 9' <<< 'Body' > md/new/2
	message sent@t.example 'Sent' <<< 'Body' > md/.Sent/cur/3
	message tmp@t.example 'Half' <<< 'Body' > md/tmp/4
	run import md
	same '3 seen, 2 stored, 1 already known, 0 matched, 0 failed'
	run import md
	same '3 seen, 0 stored, 3 already known, 0 matched, 0 failed'
	message later@t.example 'Later' <<< 'Body' > md/new/5
	run import md
	same '4 seen, 1 stored, 3 already known, 0 matched, 0 failed'
}

@test "a folder of .eml files, and one of them" {
	mkdir -p in/deep
	message a@t.example A <<< 'Body' > in/a.eml
	message b@t.example B <<< 'Body' > in/deep/b.EML
	echo 'no mail' > in/readme.txt
	run import in
	same '2 seen, 2 stored, 0 already known, 0 matched, 0 failed'
	run import in/a.eml
	same '1 seen, 0 stored, 1 already known, 0 matched, 0 failed'
}

@test "gzip and zstd, several members, padded" {
	mbox 4 > a; mbox 3 5 > b
	{ gzip -c a; gzip -c b; head -c 512 /dev/zero; } > ab.gz
	run import ab.gz
	same '7 seen, 7 stored, 0 already known, 0 matched, 0 failed'
	{ zstd -qc a; zstd -qc b; mbox 1 8 | zstd -qc; } > ab.zst
	run import ab.zst
	same '8 seen, 1 stored, 7 already known, 0 matched, 0 failed'
}

@test "quoted From lines come back, and text that only looks like one does not split" {
	{ message q@t.example Quoted <<-'END'
		first

		From the beginning it was clear.

		From me to you at 10:30 in May
		From kay Thu Nov 19 09:00:00 2026
		>From an answer
		END
	} | entry > box
	run env MAILROOM_KEEP=all mailsync import --account mara@harbor.example box
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
	same "$(printf 'first\n\nFrom the beginning it was clear.\n\nFrom me to you at 10:30 in May\nFrom kay Thu Nov 19 09:00:00 2026\n>From an answer')" "$(sql 'SELECT text FROM email_bodies')"
	# As some programs leave it: no quoting at all.
	{ message u@t.example Unquoted <<< $'one\n\nFrom the beginning' | sed '1i From x Thu Nov 19 09:00:00 2026'; } > raw
	run import raw
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
}

@test "CRLF, no line end at the end, empty lines before, an empty file" {
	mbox 3 | sed 's/$/\r/' > crlf; { printf '\n\n'; mbox 2 4; } | head -c -2 > odd; : > empty
	run import crlf odd empty
	same '5 seen, 5 stored, 0 already known, 0 matched, 0 failed'
	mbox 3 > lf
	run import lf
	same '3 seen, 0 stored, 3 already known, 0 matched, 0 failed'
}

@test "one row a message, a sighting a mailbox, direction by From" {
	account add kay@northwind.example -q
	{ message one@t.example One <<< 'Body'
	} | entry > box
	{ message two@t.example Two <<< 'Body' | sed 's/^From: .*/From: Mara <M.Ray@Harbor.example>/'; } | entry >> box
	import box -q
	run mailsync import --account kay@northwind.example box
	same '2 seen, 2 stored, 0 already known, 0 matched, 0 failed'
	same '2' "$(sql 'SELECT count(*) FROM emails')"
	same $'kay@northwind.example|one@t.example|1\nkay@northwind.example|two@t.example|0\nmara@harbor.example|one@t.example|0\nmara@harbor.example|two@t.example|1' \
		"$(sql 'SELECT a.address, e.message_id, m.is_sent FROM email_account_messages m JOIN emails e ON e.id = m.email_id JOIN email_accounts a ON a.id = m.account_id ORDER BY 1, 2')"
}

@test "one id with two bodies is two rows, the second linked to the first; no id: by the body" {
	{ message x@t.example X <<< 'One body' | entry; message x@t.example X <<< 'Another body' | entry
	  message x@t.example X <<< 'A third' | entry; message x@t.example X <<< 'Another body' | entry
	  message none N <<< 'No id' | grep -v Message-ID | entry; message none N <<< 'No id' | grep -v Message-ID | entry; } > box
	run import box
	same '6 seen, 4 stored, 2 already known, 0 matched, 0 failed'
	same $'1|\n2|1\n3|1\n4|' "$(sql 'SELECT id, duplicate_of FROM emails ORDER BY id')"
	same '2' "$(sql 'SELECT count(DISTINCT thread_id) FROM emails')"
}

@test "an mbox without empty lines between its messages" {
	mbox 5 | sed '/^$/{N;/\nFrom /s/^\n//}' > box
	same '6' "$(grep -c '^$' box)"
	run import box
	same '5 seen, 5 stored, 0 already known, 0 matched, 0 failed'
}

@test "an mbox that is being written: the rest of a message is no message" {
	mbox 3 > whole; cut=$(($(stat -c %s whole) - 20))
	head -c $cut whole > box
	run import box
	same '3 seen, 3 stored, 0 already known, 0 matched, 0 failed'
	tail -c +$((cut + 1)) whole >> box
	run import box
	same '3 seen, 1 stored, 2 already known, 0 matched, 0 failed'
	same '0' "$(sql 'SELECT count(*) FROM emails WHERE message_id IS NULL')"
	mbox 1 4 >> box
	run import box
	same '4 seen, 1 stored, 3 already known, 0 matched, 0 failed'
	# A leak sanitizer does not work under strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=fcntl -o trace mailsync import -q --account mara@harbor.example whole
	grep -q 'F_SETLK, {l_type=F_RDLCK.*= 0' trace
}

@test "one message, compressed" {
	message a@t.example A <<< 'Body a' | gzip > a.eml.gz; message b@t.example B <<< 'Body b' | zstd -q > b.zst
	run env MAILROOM_KEEP=all mailsync import --account mara@harbor.example a.eml.gz b.zst
	same '2 seen, 2 stored, 0 already known, 0 matched, 0 failed'
	same $'A|Body a\nB|Body b' "$(sql 'SELECT subject, trim(text, char(10)) FROM emails e JOIN email_bodies b ON b.email_id = e.id ORDER BY 1')"
	message c@t.example C < <(head -c 3000000 /dev/zero | tr '\0' x | fold) | gzip > c.gz
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 import c.gz
	same '1 seen, 0 stored, 0 already known, 0 matched, 1 failed'
	run mailsync retry
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
}

@test "a grown mbox goes on, a changed one starts again" {
	mbox 5 > box; import box -q
	mbox 2 6 >> box
	run import box
	same '7 seen, 2 stored, 5 already known, 0 matched, 0 failed'
	{ mbox 1 20; cat box; } > new; cat new > box
	run import box
	same '8 seen, 1 stored, 7 already known, 0 matched, 0 failed'
	same '8' "$(sql 'SELECT messages FROM email_sources')"
}

@test "threads: late parents join, In-Reply-To and References, never by subject; Gmail's within the mailbox" {
	{ message c@t.example Same "References: <a@t.example> <b@t.example>" <<< c | entry
	  message z@t.example Same <<< z | entry
	  message d@t.example Same "In-Reply-To: <e@t.example>" <<< d | entry
	  message a@t.example Same <<< a | entry
	  message e@t.example Same "In-Reply-To: <b@t.example>" <<< e | entry
	  message g@t.example G "X-GM-THRID: 17" "X-Gmail-Labels: Inbox,Work" <<< g | entry
	  message h@t.example H "X-GM-THRID: 17" <<< h | entry; } > box
	import box -q
	same $'a@t.example,c@t.example,d@t.example,e@t.example\ng@t.example,h@t.example\nz@t.example' \
		"$(sql 'SELECT group_concat(message_id) FROM (SELECT * FROM emails ORDER BY message_id) GROUP BY thread_id ORDER BY 1')"
	same '17|Inbox,Work' "$(sql "SELECT remote_thread_id, labels FROM email_account_messages WHERE labels IS NOT NULL")"
	account add kay@northwind.example -q
	message i@t.example I "X-GM-THRID: 17" <<< i | entry > other
	mailsync import --account kay@northwind.example other -q
	same '1' "$(sql "SELECT count(*) FROM emails WHERE thread_id = (SELECT thread_id FROM emails WHERE message_id = 'i@t.example')")"
}

@test "mail that matches nobody leaves no body in database, index or files" {
	message s@t.example S 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' <<-'END' | entry > box
		--b

		xyzzyword
		--b
		Content-Type: application/octet-stream
		Content-Disposition: attachment; filename=a.bin

		attachedxyzzy
		--b--
	END
	import box -q
	same '0|0|1' "$(sql 'SELECT has_body, is_matched, attachments FROM emails')"
	same '' "$(sql 'SELECT * FROM email_bodies; SELECT * FROM email_attachments')"
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
	fails 1 grep -rqa xyzzyword "$MAILROOM_DATA_DIR"
	fails 1 grep -rqa attachedxyzzy "$MAILROOM_DATA_DIR"
	# With everything kept it is filled in.
	MAILROOM_KEEP=all run import box
	same '1 seen, 0 stored, 1 already known, 0 matched, 0 failed'
	same '1|1' "$(sql "SELECT (SELECT has_body FROM emails), (SELECT rowid FROM email_search WHERE email_search MATCH 'xyzzyword')")"
	hash=$(sql 'SELECT lower(hex(sha256)) FROM email_attachments')
	same "$hash" "$(sha256sum < "$MAILROOM_DATA_DIR/attachments/${hash:0:2}/${hash:2}" | cut -d' ' -f1)"
}

@test "rematch: added people get their mail's text back, removed ones lose it" {
	message s@t.example S 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' <<-'END' | entry > box
		--b

		xyzzyword
		--b
		Content-Type: application/octet-stream
		Content-Disposition: attachment; filename=a.bin

		attachedxyzzy
		--b--
	END
	mbox 3 | sed 's/kay@northwind/zoe@elsewhere/' >> box
	gzip box
	import box.gz -q
	contact add contact -N Kay -a kay@northwind.example -q
	run mailsync rematch -n
	same '0|0' "$(sql 'SELECT count(*), (SELECT count(*) FROM email_investor_links) FROM email_bodies')"
	run mailsync rematch
	same $'4 seen, 1 matched (1 more, 0 fewer)\n1 texts read again, 0 whose source is gone'
	same '1|s@t.example' "$(sql "SELECT e.is_matched, e.message_id FROM email_search s JOIN emails e ON e.id = s.rowid WHERE email_search MATCH 'xyzzyword'")"
	contact remove Kay -q
	run mailsync rematch
	same $'4 seen, 0 matched (0 more, 1 fewer)\n1 texts and 1 attachment files removed'
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
	same '' "$(find "$MAILROOM_DATA_DIR/attachments" -type f)"
	same '' "$(sql "SELECT * FROM email_bodies; SELECT rowid FROM email_search WHERE email_search MATCH 'xyzzyword'")"
	same '' "$(sql "INSERT INTO email_search (email_search, rank) VALUES ('integrity-check', 1)")"
	rm box.gz
	contact restore Kay -q
	run mailsync rematch
	same $'4 seen, 1 matched (1 more, 0 fewer)\n0 texts read again, 1 whose source is gone'
}

@test "a reply that came before its matched parent is matched in the end" {
	contact add contact -N Kay -a kay@northwind.example -q
	{ message late@t.example Re 'In-Reply-To: <root@t.example>' <<< 'replyword' | sed 's/kay@northwind/assistant@elsewhere/' | entry
	  message root@t.example Root <<< 'rootword' | entry; } > box
	run import box
	same '2 seen, 2 stored, 0 already known, 2 matched, 0 failed'
	same $'late@t.example|thread|1\nroot@t.example|address|1' \
		"$(sql 'SELECT e.message_id, l.match_kind, e.has_body FROM email_investor_links l JOIN emails e ON e.id = l.email_id ORDER BY 1')"
	same '0' "$(sql 'SELECT count(*) FROM email_threads WHERE to_rematch')"
}

@test "a message over the cap is a failed item, until the cap is raised" {
	{ mbox 2; message big@t.example Big < <(head -c 3000000 /dev/zero | tr '\0' 'x' | fold; echo) | entry; mbox 2 3; } > box
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 import box
	same '5 seen, 4 stored, 0 already known, 0 matched, 1 failed'
	same '5|4|0|0|1|partial' "$(counts)"
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 import box
	same '5 seen, 0 stored, 4 already known, 0 matched, 1 failed'
	MAILROOM_MAX_MESSAGE_MB=1 fails 1 mailsync retry
	same '1 seen, 0 stored, 0 already known, 0 matched, 1 failed'
	same '2|1' "$(sql 'SELECT attempts, resolved_at IS NULL FROM email_failed_items')"
	run mailsync retry
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
	same '5|0' "$(sql 'SELECT count(*), (SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL) FROM emails')"
	run mailsync retry
	same ''
}

@test "a truncated gzip file: what was read stays, the rest is a failed item, and goes on when it is whole" {
	mbox 400 | gzip > whole.gz
	head -c $(($(stat -c %s whole.gz) / 2)) whole.gz > box.gz
	fails 1 import box.gz
	[[ $output == *' 0 already known, 0 matched, 1 failed' ]]
	same '1|partial' "$(sql 'SELECT messages_failed, status FROM email_sync_runs')"
	fails 1 mailsync retry
	[[ $output == *' 0 stored, '*' 1 failed' ]]
	cat whole.gz > box.gz
	run mailsync retry
	[[ $output == '400 seen, '*' 0 failed' ]]
	same '400|0|1' "$(sql 'SELECT count(*), (SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL), (SELECT completed_at IS NOT NULL FROM email_sources) FROM emails')"
}

@test "what is no mail, and what is not there" {
	fails 66 import nowhere
	printf '\x7fELF\x02 no mail' > binary; mbox 1 > box
	fails 1 import binary box
	same '2 seen, 1 stored, 0 already known, 0 matched, 1 failed'
	fails 66 mailsync import --account nobody@harbor.example box
	fails 64 mailsync import box
	same 'binary: is neither an mbox nor a message' "$(sql 'SELECT substr(reason, -40) FROM email_failed_items')"
	mbox 1 9 > binary
	run mailsync retry
	same '1 seen, 1 stored, 0 already known, 0 matched, 0 failed'
	same '0' "$(sql 'SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL')"
}

@test "a file that may not be read is a failed item" {
	mbox 2 > box; chmod 0 box
	if [ "$(id -u)" -eq 0 ]; then
		chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" 2> /dev/null || true
		skip "root may read everything"
	fi
	fails 1 import box
	same '1 seen, 0 stored, 0 already known, 0 matched, 1 failed'
	chmod 600 box
	run mailsync retry
	same '2 seen, 2 stored, 0 already known, 0 matched, 0 failed'
}

@test "a dry run reads and counts, and writes nothing" {
	mbox 5 > box; before=$(sql .dump)
	run import -n box
	same 'dry run: 5 seen, 5 stored, 0 already known, 0 matched, 0 failed'
	same "$before" "$(sql .dump)"
}

@test "two runs at once: the second one comes back later" {
	mbox 5 > box; mkdir -p "$MAILROOM_DATA_DIR/locks"
	exec 9> "$MAILROOM_DATA_DIR/locks/account-1.lock"; flock 9
	fails 75 import box
	fails 75 mailsync rematch
	exec 9>&-
	run import box -q
	same ''
}

@test "killed at any moment and run again: the end is that of an undisturbed run" {
	contact add contact -N Kay -a kay@northwind.example -q
	{ mbox 400
	  message at@t.example Attached 'Content-Type: multipart/mixed; boundary=b' <<< $'--b\n\nbody\n--b\nContent-Type: application/pdf\n\npdf\n--b--' | entry
	  message re@t.example Re 'In-Reply-To: <m999@t.example>' <<< 'body' | sed 's/kay@northwind/x@y/' | entry; mbox 400 900; } > box
	cp -r "$MAILROOM_DATA_DIR" fresh
	import box -q; state "$DB" > wanted
	for delay in $(seq 1 25); do
		rm -rf "$MAILROOM_DATA_DIR"; cp -r fresh "$MAILROOM_DATA_DIR"
		# Stops at the system call that is a little later each time.
		for again in 1 2 3; do
			strace -f -qq -o /dev/null -e trace=pwrite64,fdatasync,renameat,write -e inject=pwrite64,fdatasync,renameat,write:signal=KILL:when=$((delay * again * 3)) \
				mailsync import --account mara@harbor.example box -q 2> /dev/null && break
		done
		import box -q
		state "$DB" > got
		diff -u wanted got
		same '' "$(find "$MAILROOM_DATA_DIR/attachments" -path '*incoming*')"
		same '' "$(sql 'PRAGMA foreign_key_check')"
		same '0' "$(sql "SELECT count(*) FROM email_sync_runs WHERE status = 'running'")"
	done
}

@test "a full disk ends the run, and the next one goes on" {
	mbox 3000 > box; cp -r "$MAILROOM_DATA_DIR" fresh
	MAILROOM_KEEP=all import box -q; state "$DB" > wanted
	rm -rf "$MAILROOM_DATA_DIR"; cp -r fresh "$MAILROOM_DATA_DIR"
	# No file over 1 MB: writing fails as on a full disk.
	MAILROOM_KEEP=all run bash -c 'trap "" XFSZ; ulimit -f 1000; mailsync import --account mara@harbor.example box'
	[ "$status" -eq 74 ]
	MAILROOM_KEEP=all import box -q
	state "$DB" > got
	diff -u wanted got
}

@test "status" {
	mbox 2 > box; import box -q
	run mailsync status
	[[ ${lines[0]} == '2 messages in '* ]]
	run mailsync status --json --limit 1
	same '1 2 ok import' "$(jq -r '"\(.format) \(.totals.messages) \(.runs[0].status) \(.runs[0].kind)"' <<< "$output")"
	fails 64 mailsync status --limit many
}
