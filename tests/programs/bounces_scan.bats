#!/usr/bin/env bats
# bounces-scan against Debian's Dovecot: what reports in a mailbox come to.
# shellcheck disable=SC2154 # bats sets $stderr
bats_require_minimum_version 1.5.0
load lib
load postmark
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"

# One Dovecot for all tests of this file; each empties the mailbox of kay.
setup_file() {
	dovecot_start
	export DOVECOT_DIR DOVECOT_CA DOVECOT_IMAP DOVECOT_IMAPS DOVECOT_PID DOVECOT_TOKENS
}
teardown_file() { dovecot_stop; }

# ana, bram and cleo have got a message each: numbers 1 to 3.
prepare() {
	export MAILROOM_COMPLIANCE_DB=$BATS_TEST_TMPDIR/compliance.db MAILROOM_PARTICIPANT_FROM=kay@test.example
	export MAILROOM_BOUNCE_MAILBOX=kay@test.example
	rm -rf "$DOVECOT_DIR/mail/kay"
	sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
		CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT)"
	for name in ana bram cleo; do person $name; done
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --ca-file "$DOVECOT_CA" --user kay --password-stdin <<< 'secret word'
	day 2026-11-18
	N=0 COPIES=0
}

person() {
	sql "INSERT INTO participants (did, email, status, created_at, updated_at, status_changed_at, email_changed_at)
		VALUES ('did:plc:$1', '$1@people.example', 'active', 0, 0, 0, 0)"
	sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "INSERT INTO feed_requests VALUES ('did:plc:$1', '2026-11-10T12:00:00Z')"
}

# day DATE: everybody's message of that day is built and goes out at nine; the day's report comes an hour later.
day() {
	export MAILROOM_NOW=$1T09:00:00+01:00
	digest-build participants -q
	sql "INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes, rendered_at, started_at, finished_at, status, remote_id)
		SELECT o.id, 1, r.address, 'smtp', o.message_id, o.sha256, o.size_bytes, o.created_at, o.created_at, o.created_at, 'sent', 'remote-' || o.id
		FROM outbox o JOIN outbox_recipients r ON r.outbox_id = o.id WHERE o.state = 'ready';
		UPDATE outbox SET state = 'sent' WHERE state = 'ready'"
	DATE=$(LC_ALL=C date -u -d "$1 09:00" '+%a, %d %b %Y %H:%M:%S +0000')
	export MAILROOM_NOW=$1T12:00:00+01:00
}

# deliver FOLDER FILE...: puts messages into a folder of kay's ("" is INBOX), unread, behind those that are there.
deliver() {
	local dir file
	dir=$(dovecot_maildir kay "$1"); shift
	mkdir -p "$dir"/{cur,new,tmp}
	for file; do
		COPIES=$((COPIES + 1))
		cp -p "$file" "$dir/cur/$((1700000000 + COPIES)).M$COPIES.test:2,"
	done
	dovecot_own "$DOVECOT_DIR/mail"
}

# last NAME: the number of that person's newest message.
last() { sql "SELECT max(outbox_id) FROM outbox_recipients WHERE address = '$1@people.example'"; }

# returned OUTBOX_ID: its header as servers return it.
returned() { tr -d '\r' < "$MAILROOM_DATA_DIR/outbox/$1.eml" | sed '/^$/q'; }

# dsn FILE NAME STATUS WORDS [ACTION [OUTBOX_ID]]: a report about the newest message to that person.
dsn() {
	local id=${6:-$(last "$2")} action=${5:-failed}
	N=$((N + 1))
	cat > "$1" <<-EOF
		Return-Path: <>
		From: MAILER-DAEMON@mx.relay.example (Mail Delivery System)
		To: kay@test.example
		Subject: Undelivered Mail Returned to Sender
		Date: $DATE
		Message-ID: <report.$N.$BATS_TEST_NUMBER@mx.relay.example>
		Auto-Submitted: auto-replied
		MIME-Version: 1.0
		Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

		--b1
		Content-Type: text/plain

		This is the mail system at host mx.relay.example.

		<$2@people.example>: host mx.people.example[192.0.2.2] said: $4

		--b1
		Content-Type: message/delivery-status

		Reporting-MTA: dns; mx.relay.example

		Final-Recipient: rfc822; $2@people.example
		Original-Recipient: rfc822;$2@people.example
		Action: $action
		Status: $3
		Remote-MTA: dns; mx.people.example
		Diagnostic-Code: smtp; $4

		--b1
		Content-Type: text/rfc822-headers

	EOF
	returned "$id" >> "$1"
	printf '%s\n' '--b1--' >> "$1"
}

unknown() { dsn "$1" "$2" 5.1.1 '550 5.1.1 User unknown'; }
full() { dsn "$1" "$2" 5.2.2 '552 5.2.2 Mailbox full'; }

# arf FILE NAME: a complaint about the newest message to that person.
arf() {
	cat > "$1" <<-EOF
		From: Feedback <fbl@provider.example>
		To: kay@test.example
		Subject: complaint
		Date: $DATE
		Message-ID: <arf.$1@provider.example>
		MIME-Version: 1.0
		Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

		--b1
		Content-Type: text/plain

		This is an email abuse report.

		--b1
		Content-Type: message/feedback-report

		Feedback-Type: abuse
		User-Agent: SomeGenerator/1.0
		Version: 1

		--b1
		Content-Type: text/rfc822-headers

	EOF
	returned "$(last "$2")" >> "$1"
	printf '%s\n' '--b1--' >> "$1"
}

people() { sql "SELECT substr(did, 9), status FROM participants ORDER BY did"; }
effects() { sql "SELECT b.address, b.action, b.class, b.reason, b.effect FROM bounce_recipients b ORDER BY b.id"; }
deliveries() { sql "SELECT outbox_id, recipient, delivery FROM send_attempts WHERE delivery IS NOT NULL ORDER BY outbox_id"; }
# flags [FOLDER]: the messages of a folder of kay's and whether they are seen, by subject.
flags() {
	local file dir
	dir=$(dovecot_maildir kay "${1-}")
	for file in "$dir"/{cur,new}/*; do
		[ -f "$file" ] || continue
		printf '%s %s\n' "$(sed -n 's/^Message-ID: //p' "$file" | head -n 1)" "$(sed 's/.*:2,//' <<< "$file")"
	done | sort
}
scan() { run bounces-scan "$@"; }

# Everything that a scan leaves, without times of the run.
dump() {
	sqlite3 -batch "$DB" <<'SQL'
SELECT 'report', hex(hash), kind, message_id, proof, outcome, why, told_at IS NOT NULL FROM bounce_reports ORDER BY hash;
SELECT 'recipient', r.message_id, b.address, b.action, b.class, b.reason, b.status, b.attempt_id, b.participant_id, b.bounced_at, b.day, b.effect, b.is_logged
	FROM bounce_recipients b JOIN bounce_reports r ON r.id = b.report_id ORDER BY 2, 3;
SELECT 'place', folder, uid, r.message_id, is_due FROM bounce_places p JOIN bounce_reports r ON r.id = p.report_id ORDER BY 2, 3;
SELECT 'folder', folder, uid FROM bounce_folders ORDER BY 2;
SELECT 'person', did, status FROM participants ORDER BY did;
SELECT 'history', participant_id, old_status, new_status, reason, actor FROM participant_status_history ORDER BY id;
SELECT 'attempt', id, delivery, delivery_at FROM send_attempts ORDER BY id;
SQL
	jq -c 'del(.bounce, .report)' "$MAILROOM_DATA_DIR/outbox/send_log.jsonl" | sort
	flags
	flags Reports
}

@test "a hard bounce makes the participant inactive, and is marked as read" {
	unknown a.eml ana
	mail b.eml <<< 'I am a person'
	deliver "" a.eml b.eml
	scan
	same 'inactive: ana@people.example (did:plc:ana): user-unknown 5.1.1: 550 5.1.1 User unknown'
	[ "$status" -eq 0 ]
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	same "hard bounce: user-unknown, 5.1.1: 550 5.1.1 User unknown|bounces-scan" "$(sql "SELECT reason, actor FROM participant_status_history")"
	same '1|ana@people.example|bounced' "$(deliveries)"
	same "<b.eml@test.example> 
<report.1.$BATS_TEST_NUMBER@mx.relay.example> S" "$(flags)"
	same '1|token|matched' "$(sql "SELECT outbox_id, proof, outcome FROM bounce_reports")"
	same 'bounced hard user-unknown deactivated did:plc:ana 1' "$(jq -r 'select(.bounce) | "\(.status) \(.class) \(.reason) \(.effect) \(.did) \(.outbox_id)"' "$MAILROOM_DATA_DIR/outbox/send_log.jsonl")"
	dump > before
	scan
	same ''
	dump | diff before -
}

@test "soft bounces count by days, and a status that is set anew begins at none" {
	full 1.eml ana
	full 2.eml ana
	deliver "" 1.eml 2.eml
	scan -q
	same ''
	day 2026-11-19
	full 3.eml ana
	deliver "" 3.eml
	scan
	same active "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
	participant set-status -q --did did:plc:ana --status inactive
	participant set-status -q --did did:plc:ana --status active
	for date in 2026-11-20 2026-11-21; do
		day $date
		full $date.eml ana
		deliver "" $date.eml
		scan
		same active "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
	done
	day 2026-11-22
	full 6.eml ana
	deliver "" 6.eml
	scan
	same inactive "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
	[[ $(sql "SELECT reason FROM participant_status_history ORDER BY id DESC LIMIT 1") == 'soft bounces on 3 days of the last 14, the last: mailbox-full'* ]]
}

@test "active, said of somebody who is active, begins the count at none" {
	export MAILROOM_BOUNCE_SOFT_DAYS=2
	participant set-status -q --did did:plc:ana --status active
	same 0 "$(sql "SELECT count(*) FROM participant_status_history")"
	full 1.eml ana
	deliver "" 1.eml
	scan
	participant set-status -q --did did:plc:ana --status active --reason 'she has made room'
	same 'active|active|she has made room' "$(sql "SELECT old_status, new_status, reason FROM participant_status_history")"
	day 2026-11-19
	full 2.eml ana
	deliver "" 2.eml
	scan
	same active "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
	day 2026-11-20
	full 3.eml ana
	deliver "" 3.eml
	scan
	same inactive "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
}

@test "soft bounces more than 14 days apart do not add up" {
	export MAILROOM_BOUNCE_SOFT_DAYS=2
	full 1.eml ana
	deliver "" 1.eml
	scan
	day 2026-12-02
	full 2.eml ana
	deliver "" 2.eml
	scan
	same active "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
	day 2026-12-03
	full 3.eml ana
	deliver "" 3.eml
	scan
	same inactive "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
}

@test "a complaint unsubscribes, policy alerts, delays and deliveries are recorded" {
	arf 1.eml ana
	dsn 2.eml bram 5.7.1 '550 5.7.1 Message rejected due to SPF policy'
	dsn 3.eml cleo 4.4.1 'connect to mx.people.example: Connection timed out' delayed
	deliver "" 1.eml 2.eml 3.eml
	scan
	[ "$status" -eq 1 ]
	same 'unsubscribed: ana@people.example (did:plc:ana): called a message spam' "${lines[0]}"
	[[ ${lines[1]} == 'alert: bram@people.example (did:plc:bram): '* ]]
	same $'ana|unsubscribed\nbram|active\ncleo|active' "$(people)"
	same $'1|ana@people.example|complained\n2|bram@people.example|bounced\n3|cleo@people.example|delayed' "$(deliveries)"
	unknown 4.eml ana
	dsn 5.eml cleo 2.0.0 '250 2.0.0 Ok' delivered
	deliver "" 4.eml 5.eml
	scan
	same $'ana|unsubscribed\nbram|active\ncleo|active' "$(people)"
	same $'1|ana@people.example|complained\n2|bram@people.example|bounced\n3|cleo@people.example|delivered' "$(deliveries)"
	run digest-send status
	[[ $output == *'sent, complained'* ]]
}

@test "what is not proven waits for a person" {
	unknown forged.eml ana
	sed -i -E 's/(mr1\.[0-9]+\.)[0-9a-f]{4}/\10000/' forged.eml
	unknown none.eml bram
	sed -i -E '/^(X-Mailroom-Message-ID|Message-ID: <[^r])/d' none.eml
	unknown other.eml cleo
	sed -i -E '/^X-Mailroom-Message-ID/d; s/cleo@people/else@people/' other.eml
	deliver "" forged.eml none.eml other.eml
	scan
	[ "$status" -eq 1 ]
	same $'ana|active\nbram|active\ncleo|active' "$(people)"
	[[ ${lines[0]} == 'unmatched 1: '*'its token is forged, or of another mailroom'* ]]
	[[ ${lines[1]} == 'unmatched 2: '*'nothing in it tells which message it is about'* ]]
	[[ ${lines[2]} == 'unmatched 3: '*'the message did not go to else@people.example'* ]]
	scan
	same '' && [ "$status" -eq 0 ]
	same 3 "$(bounces-scan unmatched | wc -l)"
	same '1 2 3' "$(bounces-scan unmatched --json | jq -r '[.unmatched[].id | tostring] | join(" ")')"
	bounces-scan resolve 1 --ignore
	bounces-scan resolve 2 --as-bounce
	fails 65 bounces-scan resolve 3 --as-bounce
	bounces-scan resolve 3 --as-bounce --did did:plc:cleo
	fails 66 bounces-scan resolve 3 --ignore
	fails 64 bounces-scan resolve 3
	same $'ana|active\nbram|inactive\ncleo|inactive' "$(people)"
	same '' "$(bounces-scan unmatched)"
	same $'ignored\nmatched\nmatched' "$(sql "SELECT outcome FROM bounce_reports ORDER BY id")"
}

@test "a Message-ID of the last 30 days is proof, an older one is not" {
	unknown a.eml ana
	sed -i '/^X-Mailroom-Message-ID/d' a.eml
	cp a.eml late.eml
	sed -i 's/^Message-ID: <report/Message-ID: <late/' late.eml
	deliver "" a.eml
	scan
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	same message-id "$(sql "SELECT proof FROM bounce_reports")"
	participant set-status -q --did did:plc:ana --status active
	export MAILROOM_NOW=2026-12-20T12:00:00+01:00
	deliver "" late.eml
	scan
	[ "$status" -eq 1 ]
	[[ $output == *'of no message that we sent in the last 30 days'* ]]
}

@test "a rewritten address stands for the sole recipient of a message whose token it brings" {
	unknown a.eml ana
	sed -i 's/ana@people/ana.old@elsewhere/; /^X-Mail/!s/^To: .*/To: ana.old@elsewhere.example/' a.eml
	deliver "" a.eml
	scan
	same inactive "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
}

@test "a report about an old address changes nobody" {
	unknown a.eml ana
	export MAILROOM_NOW=2026-11-18T13:00:00+01:00
	sql "UPDATE participants SET email = 'new@people.example', email_changed_at = strftime('%s', '2026-11-18T11:30:00Z') + 0 WHERE did = 'did:plc:ana'"
	deliver "" a.eml
	scan
	same '' && [ "$status" -eq 0 ]
	same old-address "$(sql "SELECT effect FROM bounce_recipients")"
	same $'ana|active\nbram|active\ncleo|active' "$(people)"
}

@test "a team member's mail raises an alert, and nobody is deactivated" {
	sql "INSERT INTO users (id, name, role, created_at) VALUES (1, 'Mara', 'admin', 0);
		UPDATE outbox_recipients SET participant_id = NULL, user_id = 1 WHERE address = 'ana@people.example'"
	unknown a.eml ana
	deliver "" a.eml
	scan
	[ "$status" -eq 1 ]
	same 'alert: ana@people.example: user-unknown 5.1.1: 550 5.1.1 User unknown'
	same $'ana|active\nbram|active\ncleo|active' "$(people)"
	same '1|ana@people.example|bounced' "$(deliveries)"
}

@test "--dry-run changes nothing, --keep-unseen marks nothing, --move-to moves" {
	unknown a.eml ana
	mail b.eml <<< 'I am a person'
	deliver "" a.eml b.eml
	sql .dump > before
	scan -n
	[[ $output == 'inactive: ana@people.example'* ]]
	sql .dump | diff before -
	scan --keep-unseen
	same "<b.eml@test.example> 
<report.1.$BATS_TEST_NUMBER@mx.relay.example> " "$(flags)"
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	mkdir -p "$(dovecot_maildir kay Reports)"/{cur,new,tmp}
	unknown c.eml bram
	deliver "" c.eml
	dovecot_own "$DOVECOT_DIR/mail"
	scan --move-to Reports
	same "<b.eml@test.example> 
<report.1.$BATS_TEST_NUMBER@mx.relay.example> " "$(flags)"
	same "<report.2.$BATS_TEST_NUMBER@mx.relay.example> S" "$(flags Reports)"
	fails 78 bounces-scan --move-to INBOX
	fails 78 bounces-scan --move-to Inbox
	fails 64 bounces-scan --move-to Reports --keep-unseen
	fails 66 bounces-scan --folder Nowhere
}

@test "--since looks at what was read, too, and takes nothing from the next run" {
	unknown a.eml ana
	unknown b.eml bram
	deliver "" a.eml b.eml
	cd "$(dovecot_maildir kay)/cur"
	for file in *; do mv "$file" "${file}S"; done
	touch -d 2026-11-01 -- *M1.*
	touch -d 2026-11-18 -- *M2.*
	cd - > /dev/null
	scan
	same ''
	scan --since 2026-11-15
	[[ $output == 'inactive: bram@people.example'* ]]
	same $'ana|active\nbram|inactive\ncleo|active' "$(people)"
	scan --since 900d
	same $'ana|inactive\nbram|inactive\ncleo|active' "$(people)"
}

@test "copies of one report count once" {
	full a.eml ana
	sed '1i Received: from elsewhere.example' a.eml > b.eml
	mkdir -p "$(dovecot_maildir kay Work)"/{cur,new,tmp}
	deliver "" a.eml
	deliver Work b.eml
	scan --folder INBOX --folder Work
	same '1|2|0' "$(sql "SELECT count(DISTINCT report_id), count(*), sum(is_due) FROM bounce_places")"
	same "<report.1.$BATS_TEST_NUMBER@mx.relay.example> S" "$(flags Work)"
}

@test "a message of 50 MB is read by its head" {
	unknown a.eml ana
	sed -i 's/text\/rfc822-headers/message\/rfc822/; /^--b1--$/d' a.eml
	{ cat a.eml; echo; head -c 37000000 /dev/zero | base64; echo '--b1--'; } > big.eml
	deliver "" big.eml
	case $BUILD in
	*asan*) bounces-scan > out ;;
	*) (ulimit -v 200000 && bounces-scan) > out ;;
	esac
	same inactive "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
}

@test "the alert command gets the news; one that fails is told again" {
	export MAILROOM_ALERT_COMMAND='cat > news; echo no such list >&2; exit 3'
	unknown a.eml ana
	deliver "" a.eml
	fails 69 bounces-scan
	[[ $output == *'MAILROOM_ALERT_COMMAND: the command did not succeed: no such list'* ]]
	same 'inactive: ana@people.example (did:plc:ana): user-unknown 5.1.1: 550 5.1.1 User unknown' "$(cat news)"
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	rm news
	MAILROOM_ALERT_COMMAND='cat > news' bounces-scan > out
	[ -s news ]
	rm news
	MAILROOM_ALERT_COMMAND='cat > news' bounces-scan > out
	[ ! -e news ] && [ ! -s out ]
}

@test "what could not be printed is told again" {
	unknown a.eml ana
	deliver "" a.eml
	run bash -c 'bounces-scan > /dev/full'
	[ "$status" -eq 74 ]
	[[ $output == *'standard output: No space left on device'* ]]
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	scan
	[[ $output == 'inactive: ana@people.example'* ]]
	scan
	same ''
}

@test "a dry run tells once what was not told before" {
	unknown a.eml ana
	unknown b.eml bram
	deliver "" a.eml
	MAILROOM_ALERT_COMMAND=false fails 69 bounces-scan
	for ((i = 1; i <= 230; i++)); do mail "m$i.eml" "Message-ID: <$i@test.example>" <<< 'I am a person'; done
	deliver "" m*.eml b.eml
	scan -n
	same 1 "$(grep -c '^inactive: ana' <<< "$output")"
	same 1 "$(grep -c '^inactive: bram' <<< "$output")"
}

@test "a line of the log that a full disk cut off is written again" {
	unknown a.eml ana
	deliver "" a.eml
	bounces-scan > /dev/null
	log=$MAILROOM_DATA_DIR/outbox/send_log.jsonl
	jq -c . "$log" > whole
	truncate -s -30 "$log"
	sql 'UPDATE bounce_recipients SET is_logged = 0'
	bounces-scan > /dev/null
	same 2 "$(wc -l < "$log")"
	same "$(cat whole)" "$(tail -n 1 "$log" | jq -c .)"
	sql 'UPDATE bounce_recipients SET is_logged = 0'
	bounces-scan > /dev/null
	same 2 "$(wc -l < "$log")"
}

@test "a wish that is not proven is resolved as one" {
	arf c.eml ana
	sed -i -E '/^(X-Mailroom-Message-ID|Message-ID: <[^a])/d' c.eml
	deliver "" c.eml
	scan
	[[ $output == 'unmatched 1: complaint '* ]]
	bounces-scan resolve 1 --as-bounce --did did:plc:ana
	same unsubscribed "$(sql "SELECT status FROM participants WHERE did = 'did:plc:ana'")"
}

@test "one scan at a time" {
	exec 8> "$MAILROOM_DATA_DIR/bounces-scan.lock"
	flock 8
	fails 75 bounces-scan
	exec 8>&-
	bounces-scan
}

@test "somebody who is erased is in no report any more" {
	unknown a.eml ana
	unknown forged.eml ana
	sed -i -E 's/(mr1\.[0-9]+\.)[0-9a-f]{4}/\10000/' forged.eml
	deliver "" a.eml forged.eml
	scan
	participant erase -q --did did:plc:ana --yes
	same 0 "$(sql .dump | grep -c 'ana@people')"
	scan
	same '' && [ "$status" -eq 0 ]
}

# wire BYTES: kay's mailbox is behind a wire that is cut after so many bytes (0: never).
wire() {
	if [ -n "${FAKE-}" ]; then kill "$FAKE"; wait "$FAKE" || true; fi 2> /dev/null
	: > port
	: > bytes
	python3 "$SOURCE/tests/fake/cut.py" "$DOVECOT_IMAPS" "$1" > port 2> bytes < /dev/null 3>&- & FAKE=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2> /dev/null < port; then break; fi
		sleep 0.05
	done
	account imap -q kay@test.example --port "$PORT"
}

@test "a connection that is cut: what was done stays, and the next run goes on" {
	for ((i = 1; i <= 230; i++)); do mail "m$i.eml" "Message-ID: <$i@test.example>" <<< 'I am a person'; done
	unknown a.eml ana
	unknown b.eml bram
	deliver "" a.eml m*.eml b.eml
	wire 0
	bounces-scan -n > out
	for ((i = 0; i < 100; i++)); do
		if read -r all < bytes; then break; fi
		sleep 0.05
	done
	wire $((all - 4000))
	fails 75 bounces-scan
	same $'ana|inactive\nbram|active\ncleo|active' "$(people)"
	same 1 "$(flags | grep -c '^<report.* S$')"
	wire 0
	bounces-scan > out
	same $'ana|inactive\nbram|inactive\ncleo|active' "$(people)"
	same 2 "$(flags | grep -c '^<report.* S$')"
	same 2 "$(jq -s 'length' "$MAILROOM_DATA_DIR/outbox/send_log.jsonl")"
}

@test "without MOVE reports are copied and removed, and nobody else's deleted mail with them" {
	eval "$(declare -f dovecot_config | sed '1s/dovecot_config/plain_config/')"
	dovecot_config() { plain_config; echo 'imap_capability = IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS'; }
	dovecot_start
	OWN_DOVECOT=$DOVECOT_DIR
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --ca-file "$DOVECOT_CA" --user kay --password-stdin <<< 'secret word'
	mkdir -p "$(dovecot_maildir kay Reports)"/{cur,new,tmp}
	unknown a.eml ana
	mail b.eml <<< 'I am a person'
	mail c.eml <<< 'I am to go'
	deliver "" a.eml b.eml c.eml
	mv "$(dovecot_maildir kay)"/cur/*M3.test:2, "$(dovecot_maildir kay)/cur/1700000003.M3.test:2,T"
	bounces-scan --move-to Reports > out
	same $'<b.eml@test.example> \n<c.eml@test.example> T' "$(flags)"
	same "<report.1.$BATS_TEST_NUMBER@mx.relay.example> S" "$(flags Reports)"
	same 0 "$(sql "SELECT sum(is_due) FROM bounce_places")"
}

teardown() {
	stop_postmark
	if [ -n "${FAKE-}" ]; then kill "$FAKE" 2> /dev/null; wait "$FAKE" 2> /dev/null || true; fi
	if [ -n "${OWN_DOVECOT-}" ]; then dovecot_stop; fi
}

# bounced ID TYPE NAME [REMOTE_ID]: Postmark tells of it.
bounced() {
	jq -cn --argjson id "$1" --arg type "$2" --arg to "$3@people.example" --arg message "${4-remote-$(last "$3")}" '{ID: $id, Type: $type, TypeCode: 1,
		Name: $type, MessageID: $message, ServerID: 23, MessageStream: "outbound", Description: "The server told us.",
		Details: "550 words of \($type)", Email: $to, From: "kay@test.example", BouncedAt: "2026-11-18T10:30:00.6421112+01:00",
		DumpAvailable: true, Inactive: true, CanActivate: true, Subject: "Your progress"}' >> postmark/bounces
}

@test "Postmark's bounces count by the number of the message" {
	start_postmark
	bounced 1 HardBounce ana
	bounced 2 DMARCPolicy bram
	bounced 3 SpamComplaint cleo
	bounced 4 HardBounce bram remote-of-somebody-else
	bounced 5 AutoResponder bram
	bounced 6 SoftBounce bram
	bounced 7 AddressChange bram
	run bounces-scan postmark
	[ "$status" -eq 1 ]
	same $'ana|inactive\nbram|active\ncleo|unsubscribed' "$(people)"
	same 'postmark|matched|4
postmark|unmatched|2' "$(sql "SELECT source, outcome, count(*) FROM bounce_reports GROUP BY 2")"
	same 'bram@people.example|alerted
bram@people.example|counted' "$(sql "SELECT address, effect FROM bounce_recipients WHERE address LIKE 'bram%' AND effect <> 'unmatched' ORDER BY 2")"
	same '1|bounced|2026-11-18 09:30:00' "$(sql "SELECT outbox_id, delivery, delivery_at FROM v_send_attempts WHERE outbox_id = 1")"
	[[ $output == *'Postmark calls it "AddressChange"'* && $output == *'a message that is none of ours'* ]]
	run bounces-scan postmark
	same '' && [ "$status" -eq 0 ]
	bounced 8 HardBounce bram
	run bounces-scan run
	[ "$status" -eq 0 ]
	same $'ana|inactive\nbram|inactive\ncleo|unsubscribed' "$(people)"
	echo wrong > postmark.token
	fails 78 bounces-scan postmark
	echo server-token > postmark.token
	[[ $output == *'Postmark refuses the token'* && $output != *wrong* ]]
	echo '{"cut": 1}' > postmark/next
	fails 75 bounces-scan postmark
	echo '{"status": 503, "body": "no JSON"}' > postmark/next
	fails 75 bounces-scan postmark
}

@test "what Postmark calls a hard bounce is none where the server's words speak of policy" {
	start_postmark
	bounced 1 HardBounce ana
	sed -i 's/550 words of HardBounce/smtp;550 5.7.1 Message rejected due to SPF policy/' postmark/bounces
	bounced 2 HardBounce bram
	sed -i 's/550 words of HardBounce/smtp;550 5.1.1 User unknown/' postmark/bounces
	run bounces-scan postmark
	[ "$status" -eq 1 ]
	same $'ana|active\nbram|inactive\ncleo|active' "$(people)"
	same 'alerted' "$(sql "SELECT effect FROM bounce_recipients WHERE address = 'ana@people.example'")"
}

@test "1,200 bounces of Postmark are read page by page" {
	start_postmark
	for ((i = 1; i <= 1200; i++)); do
		printf '{"ID": %d, "Type": "SoftBounce", "MessageID": "remote-1", "Email": "ana@people.example", "BouncedAt": "2026-11-18T10:30:00Z"}\n' $i
	done > postmark/bounces
	run bounces-scan postmark
	same 1200 "$(sql "SELECT count(*) FROM bounce_reports")"
	same $'ana|active\nbram|active\ncleo|active' "$(people)"
}

# The calls at which a scan changes something, or asks the server to.
@test "killed at each step and run again, it ends the same" {
	command -v strace > /dev/null || skip "strace is not installed"
	export ASAN_OPTIONS=detect_leaks=0
	unknown a.eml ana
	full b.eml bram
	dsn c.eml cleo 5.7.1 '550 5.7.1 Message rejected due to SPF policy'
	unknown forged.eml cleo
	sed -i -E 's/(mr1\.[0-9]+\.)[0-9a-f]{4}/\10000/' forged.eml
	mail d.eml <<< 'I am a person'
	mkdir start
	cp -a "$MAILROOM_DATA_DIR/." start/
	begin() {
		COPIES=0
		rm -rf "$MAILROOM_DATA_DIR" "$DOVECOT_DIR/mail/kay"
		cp -a start "$MAILROOM_DATA_DIR"
		deliver "" a.eml b.eml c.eml forged.eml d.eml
	}
	KILLED=0
	for options in "" "--move-to Reports"; do
		begin
		mkdir -p "$(dovecot_maildir kay Reports)"/{cur,new,tmp}
		dovecot_own "$DOVECOT_DIR/mail"
		# shellcheck disable=SC2086 # several words or none
		strace -f -o calls -e trace=write,pwrite64,sendto,fdatasync bounces-scan $options > /dev/null || true
		dump > wanted
		for call in write pwrite64 sendto fdatasync; do
			n=$(grep -cE "^[0-9]+ +$call\(" calls) || continue
			for ((i = 1; i <= n; i += 1 + n / 20)); do
				begin
				mkdir -p "$(dovecot_maildir kay Reports)"/{cur,new,tmp}
				dovecot_own "$DOVECOT_DIR/mail"
				# shellcheck disable=SC2086
				strace -f -o /dev/null -e inject=$call:signal=KILL:when=$i bounces-scan $options > /dev/null 2>&1 || true
				# shellcheck disable=SC2086
				bounces-scan $options > /dev/null 2>&1 || true
				dump > got
				diff wanted got || { echo "killed at $call $i of $n with \"$options\""; return 1; }
				KILLED=$((KILLED + 1))
			done
		done
	done
	[ "$KILLED" -gt 60 ]
}
