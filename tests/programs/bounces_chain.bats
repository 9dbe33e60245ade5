#!/usr/bin/env bats
# From the roster to the report: digest-build, digest-send --live by Debian's Postfix, whose own reports go to a mailbox that Debian's
# Dovecot serves, where bounces-scan finds them.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"
. "$MAILROOM_SOURCE/tests/servers/postfix.bash"

# The server behind Postfix, whose answers become the reports.
downstream() {
	: > downstream.port
	python3 "$SOURCE/tests/fake/smtp.py" --log downstream.log --at 'RCPT/ana@ 550 5.1.1 <ana@people.example>: Recipient address rejected: User unknown' \
		--at 'RCPT/bram@ 552 5.2.2 Mailbox full' --at 'RCPT/cleo@ 450 4.2.1 Mailbox busy' \
		--at 'RCPT/eva@ 550 5.7.1 Message blocked: 192.0.2.1 is listed on a blocklist' > downstream.port 2> downstream.err < /dev/null 3>&- & DOWNSTREAM=$!
	for ((i = 0; i < 200; i++)); do
		if read -r DOWNSTREAM_PORT 2> /dev/null < downstream.port; then break; fi
		sleep 0.05
	done
}

postfix_more() {
	printf '%s\n' "virtual_mailbox_base = $DOVECOT_DIR/mail" 'virtual_mailbox_maps = inline:{ {kay@test.example=kay/Maildir/} }' \
		'relay_domains = people.example' "relay_transport = smtp:[127.0.0.1]:$DOWNSTREAM_PORT" 'delay_warning_time = 1s' \
		'smtp_tls_security_level = none' 'smtp_destination_concurrency_limit = 1'
}

prepare() {
	postfix_possible || skip "$(postfix_possible)"
	unset MAILROOM_NOW
	DOWNSTREAM='' POSTFIX_DIR='' DOVECOT_DIR=''
	dovecot_start
	downstream
	postfix_ports
	postfix_start
	export MAILROOM_CA_FILE=$DOVECOT_CA MAILROOM_LIVE=true MAILROOM_COMPLIANCE_DB=$BATS_TEST_TMPDIR/compliance.db
	export MAILROOM_PARTICIPANT_FROM=kay@test.example MAILROOM_BOUNCE_MAILBOX=kay@test.example
	mkdir -p "$(dovecot_maildir kay)"/{cur,new,tmp}
	dovecot_own "$DOVECOT_DIR/mail"
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --user kay --password-stdin <<< 'secret word'
	account smtp -q kay@test.example --host localhost --port "$POSTFIX_PORTS" --user kay --password-stdin <<< 'secret word'
	account test -q kay@test.example --smtp
	sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
		CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT)"
	for name in ana bram cleo dilan eva; do
		participant add -q --did "did:plc:$name" --email "$name@people.example"
		sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "INSERT INTO feed_requests VALUES ('did:plc:$name', '$(date -u -d '-2 hours' +%FT%TZ)')"
	done
}

teardown() {
	postfix_stop
	if [ -n "${DOWNSTREAM-}" ]; then kill "$DOWNSTREAM" 2> /dev/null; wait "$DOWNSTREAM" 2> /dev/null || true; fi
	dovecot_stop
}

mails() { find "$(dovecot_maildir kay)" -type f -path '*/[cn]*/*' | grep -c 'Maildir/\(new\|cur\)/'; }
# arrive N: waits until the mailbox has so many messages.
arrive() {
	for ((i = 0; i < 400; i++)); do
		[ "$(mails)" -lt "$1" ] || return 0
		if [ $((i % 40)) -eq 39 ]; then postqueue -c "$POSTFIX_DIR/etc" -f; fi
		sleep 0.05
	done
	tail -n 30 "$POSTFIX_DIR/log"
	return 1
}

@test "mail that comes back is put on record, and those whom it does not reach get no more" {
	digest-build participants -q
	digest-send --live -q
	same 5 "$(sql "SELECT count(*) FROM send_attempts WHERE status = 'sent'")"
	# Postfix's reports: ana, bram, eva failed; cleo waits.
	arrive 4
	mail forged.eml 'From: MAILER-DAEMON@people.example' 'To: kay@test.example' 'Subject: Undelivered Mail Returned to Sender' \
		'MIME-Version: 1.0' 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' <<-EOF
		--b1
		Content-Type: text/plain

		dilan is not here
		--b1
		Content-Type: message/delivery-status

		Reporting-MTA: dns; mx.people.example

		Final-Recipient: rfc822; dilan@people.example
		Action: failed
		Status: 5.1.1
		Diagnostic-Code: smtp; 550 5.1.1 User unknown
		--b1--
	EOF
	mail away.eml 'From: dilan@people.example' 'To: kay@test.example' 'Subject: Out of office' 'Auto-Submitted: auto-replied' <<< 'I am away.'
	dovecot_mail kay "" forged.eml away.eml
	run bounces-scan
	[ "$status" -eq 1 ]
	same 3 "${#lines[@]}"
	grep -q '^inactive: ana@people.example (did:plc:ana): user-unknown 5.1.1: ' <<< "$output"
	grep -q '^alert: eva@people.example (did:plc:eva): blocked 5.7.1: ' <<< "$output"
	grep -q '^unmatched [0-9]*: bounce from mailer-daemon@people.example about dilan@people.example: user-unknown' <<< "${output,,}"
	same 'did:plc:ana|inactive
did:plc:bram|active
did:plc:cleo|active
did:plc:dilan|active
did:plc:eva|active' "$(sql "SELECT did, status FROM participants ORDER BY did")"
	same 'ana@people.example|sent|bounced
bram@people.example|sent|bounced
cleo@people.example|sent|delayed
dilan@people.example|sent|
eva@people.example|sent|bounced' "$(sql "SELECT recipient, status, delivery FROM send_attempts ORDER BY recipient")"
	same 'ana@people.example|failed|hard|user-unknown|deactivated|token
bram@people.example|failed|soft|mailbox-full|counted|token
cleo@people.example|delayed|soft|undefined|recorded|token
dilan@people.example|failed|hard|user-unknown|unmatched|
eva@people.example|failed|soft|blocked|alerted|token' "$(sql "SELECT b.address, b.action, b.class, CASE b.action WHEN 'delayed' THEN 'undefined' ELSE b.reason END, b.effect, r.proof
		FROM bounce_recipients b JOIN bounce_reports r ON r.id = b.report_id ORDER BY 1")"
	same 'bounces-scan' "$(sql "SELECT actor FROM participant_status_history WHERE new_status = 'inactive'")"
	# Only the auto-reply is left unread.
	same 'away.eml@test.example' "$(find "$(dovecot_maildir kay)"/{new,cur} -type f ! -name '*:2,*S*' -exec sed -n 's/^Message-ID: <\(.*\)>/\1/p' {} \; | head -n 1)"
	run bounces-scan
	same '' && [ "$status" -eq 0 ]
	# Nobody who is inactive is written to again.
	MAILROOM_NOW=$(date -u -d '+1 day' +%FT%TZ) digest-build participants -q
	same 'bram@people.example cleo@people.example dilan@people.example eva@people.example' "$(sql "SELECT group_concat(address, ' ') FROM
		(SELECT r.address FROM outbox o JOIN outbox_recipients r ON r.outbox_id = o.id WHERE o.state = 'ready' ORDER BY 1)")"
	[[ $(participant show --did did:plc:ana) == *'user-unknown'*'deactivated'* ]]
}
