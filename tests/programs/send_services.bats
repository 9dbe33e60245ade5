# digest-send through services: Gmail by delegation and Postmark, each a fake in the form that it documents.
load lib
load gmail
load postmark

export_live() { export MAILROOM_LIVE=true MAILROOM_GMAIL_DOMAIN=harbor.example; }

# The sender is a mailbox of the delegated domain; the period is yesterday's, whatever day it is.
prepare_team() {
	start_gmail
	team add mara@harbor.example --name 'Mara Lind' --role admin -q
	digest-build team -q
	export_live
}

states() { sql "SELECT o.state || ' ' || group_concat(r.address || '=' || r.state, ' ') FROM outbox o
	JOIN outbox_recipients r ON r.outbox_id = o.id GROUP BY o.id ORDER BY o.id"; }
attempts() { sql "SELECT attempt || ' ' || recipient || ' ' || transport || ' ' || status || ' ' || coalesce(code, '-') || ' ' ||
	(remote_id IS NOT NULL) FROM send_attempts ORDER BY id"; }
in_sent() { curl -sSf "$GMAIL/control/messages" | jq '[.[] | select(.labelIds | index("SENT"))] | length'; }

teardown() { stop_gmail; stop_postmark; }

# Two admins, a sender without a server of its own, nothing of Google's.
prepare_postmark() {
	unset MAILROOM_GMAIL_KEY_FILE
	start_postmark
	team add mara@harbor.example --name 'Mara Lind' --role admin -q
	team add "${1:-ben@harbor.example}" --name 'Ben Okafor' --role admin -q
	digest-build team -q
	export MAILROOM_LIVE=true
}

taken() { jq -r .To postmark/taken 2>/dev/null | sort; }

@test "gmail: the reviewed bytes go out once, and are on record" {
	prepare_team
	run digest-send explain 1
	[[ $output == *gmail* && $output == *delegat* ]]
	digest-send --live
	same "sent mara@harbor.example=sent" "$(states)"
	same "1 mara@harbor.example gmail sent 200 1" "$(attempts)"
	same 1 "$(in_sent)"
	digest-send --live
	same 1 "$(in_sent)"
}

@test "gmail: what broke off after sending is found there, not sent again" {
	prepare_team
	control '{"op": "fault", "method": "messages.send", "nth": 1, "kind": "reset_after"}'
	fails 1 digest-send --live
	same "unknown mara@harbor.example=unknown" "$(states)"
	same 1 "$(in_sent)"
	digest-send --live
	same "sent mara@harbor.example=sent" "$(states)"
	same 1 "$(in_sent)"
}

# Message 1 is in Sent under another Message-ID, nobody has heard so, and it was long ago.
renamed() {
	prepare_team
	control '{"op": "set", "rename_sent": true}'
	control '{"op": "fault", "method": "messages.send", "nth": 1, "kind": "reset_after"}'
	fails 1 digest-send --live
	same "unknown mara@harbor.example=unknown" "$(states)"
	sql "UPDATE send_attempts SET started_at = started_at - 1200; UPDATE outbox SET next_try_at = NULL"
}

@test "gmail: a message that Google gave another Message-ID is known by its token" {
	renamed
	digest-send --live
	same "sent mara@harbor.example=sent" "$(states)"
	same 1 "$(in_sent)"
}

@test "gmail: it is not sent again while it may be among mail that was not looked at" {
	renamed
	for n in 1 2 3 4; do
		mail more.eml "Message-ID: <more-$n@harbor.example>" <<< More
		control "$(jq -n --rawfile raw more.eml '{op: "add", raw: $raw, labels: ["SENT"], date_ms: (now * 1000 | floor)}')" > control.out
	done
	control '{"op": "set", "list_page": 3}'
	digest-send --live
	same "unknown mara@harbor.example=unknown 5" "$(states) $(in_sent)"
	control '{"op": "set", "list_page": 5}'
	sql "UPDATE outbox SET next_try_at = NULL"
	digest-send --live
	same "sent mara@harbor.example=sent 5" "$(states) $(in_sent)"
}

@test "gmail: a rate limit and no right to send" {
	prepare_team
	export MAILROOM_GMAIL_RETRY_MAX=0
	control '{"op": "fault", "method": "messages.send", "nth": 1, "status": 429, "reason": "rateLimitExceeded"}'
	fails 1 digest-send --live
	same "deferred mara@harbor.example=deferred" "$(states)"
	sql "UPDATE outbox SET next_try_at = 1"
	control '{"op": "set", "unauthorized": true}'; rm -rf "$MAILROOM_DATA_DIR/tokens"
	fails 1 digest-send --live
	[[ $output == *unauthorized_client* ]]
	same 0 "$(in_sent)"
}

@test "postmark: a request for each recipient" {
	prepare_postmark
	run digest-send explain 1
	[[ $output == *postmark* ]]
	digest-send --live
	same "$(printf 'ben@harbor.example\nmara@harbor.example')" "$(taken)"
	same "sent ben@harbor.example=sent mara@harbor.example=sent" "$(states)"
	digest-send --live
	same 2 "$(taken | wc -l)"
	! grep -rq server-token "$MAILROOM_DATA_DIR"
}

@test "postmark: an inactive recipient fails alone" {
	prepare_postmark inactive@harbor.example
	fails 1 digest-send --live
	same mara@harbor.example "$(taken)"
	same "failed inactive@harbor.example=failed mara@harbor.example=sent" "$(states)"
	[[ $(digest-send status --to inactive@harbor.example) == *'ErrorCode 406'* ]]
	run digest-send --live
	same mara@harbor.example "$(taken)"
}

@test "postmark: a participant whom it writes to no more rests" {
	unset MAILROOM_GMAIL_KEY_FILE
	export MAILROOM_NOW=2026-11-20T16:00:00+01:00 MAILROOM_LIVE=true MAILROOM_PARTICIPANT_FROM=study@study.example
	export MAILROOM_COMPLIANCE_DB=$PWD/compliance.db
	start_postmark
	participant add -q --did did:plc:ana --email ana@people.example
	participant add -q --did did:plc:bram --email inactive@people.example
	sqlite3 -batch compliance.db "CREATE TABLE feed_requests (requester_did, timestamp);
		CREATE TABLE engagements (did_engagement, engagement_type, timestamp);
		INSERT INTO feed_requests VALUES ('did:plc:ana', '2026-11-20T10:00:00Z'), ('did:plc:bram', '2026-11-20T10:00:00Z')"
	digest-build participants -q
	fails 1 digest-send --live
	same ana@people.example "$(taken)"
	same "did:plc:ana active
did:plc:bram inactive" "$(sql "SELECT did || ' ' || status FROM participants ORDER BY did")"
	same "digest-send postmark sends nothing to inactive@people.example: ErrorCode 406" "$(sql "SELECT actor || ' ' || substr(reason, 1, 70)
		FROM participant_status_history WHERE new_status = 'inactive'" | cut -d : -f 1-2)"
}

@test "postmark: what broke off is looked up by its token" {
	prepare_postmark
	echo '{"cut": "after"}' > postmark/next
	fails 1 digest-send --live
	same "ready ben@harbor.example=unknown mara@harbor.example=waiting" "$(states)"
	# The rest goes out first: nobody waits for what can be looked up.
	run digest-send --live
	digest-send --live
	same "sent ben@harbor.example=sent mara@harbor.example=sent" "$(states)"
	same 2 "$(taken | wc -l)"
}

@test "postmark: a refused token keeps all mail back" {
	prepare_postmark
	echo wrong > postmark.token
	fails 1 digest-send --live
	[[ $output == *'API token'* ]]
	same '' "$(taken)"
	same "ready ben@harbor.example=waiting mara@harbor.example=waiting" "$(states)"
	echo server-token > postmark.token
	digest-send --live
	same 2 "$(taken | wc -l)"
}
