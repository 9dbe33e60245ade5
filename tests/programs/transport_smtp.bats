#!/usr/bin/env bats
# The SMTP transport (lib/job/transport_smtp.c), driven by tests/tools/transport_probe.c, against the server of tests/fake/smtp.py
# and, for looking messages up, Debian's Dovecot.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"

SECRET='open sesame 7'

setup_file() {
	dovecot_start
	export DOVECOT_DIR DOVECOT_CA DOVECOT_IMAP DOVECOT_IMAPS DOVECOT_PID DOVECOT_TOKENS
}
teardown_file() { dovecot_stop; }

prepare() {
	SERVER='' CERTS=$DOVECOT_DIR/certs
	export MAILROOM_CA_FILE=$CERTS/ca.pem
	account add -q kay@test.example
	mail one.eml 'From: kay@test.example' 'To: lou@test.example' 'Message-ID: <1@harbor.example>' <<< 'Hello'
	sed -i 's/$/\r/' one.eml
}
teardown() { stop; }
stop() { if [ -n "$SERVER" ]; then kill "$SERVER" 2> /dev/null; wait "$SERVER" 2> /dev/null || true; SERVER=; fi; }

# server OPTION...: starts the fake and gives kay an account there that is enabled.
server() {
	stop
	rm -f port
	: > port
	: > commands
	: > log
	python3 "$SOURCE/tests/fake/smtp.py" --tls "$CERTS/right.pem" "$CERTS/right.key" --user "kay@test.example:$SECRET" --commands commands \
		--log log "$@" > port 2> server.err < /dev/null 3>&- & SERVER=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2> /dev/null < port; then break; fi
		sleep 0.05
	done
	account smtp -q kay@test.example --host localhost --port "$PORT" --password-stdin <<< "$SECRET"
	sql 'UPDATE email_smtp_settings SET is_enabled = 1, disabled_why = NULL'
}
probe() { "$BUILD/tools/transport_probe" "$@"; }
connections() { jq -s 'map(.connection) | unique | length' log; }
taken() { jq -s 'map(select(.taken)) | length' log; }
state() { sql 'SELECT is_enabled, disabled_why IS NOT NULL, last_error IS NOT NULL FROM email_smtp_settings'; }

@test "whether it is ready, and why not" {
	same 'not configured: no mail server is set for kay@test.example (`account smtp`)' "$(probe kay@test.example)"
	server
	same "ready: localhost:$PORT is set for kay@test.example" "$(probe kay@test.example)"
	account alias -q kay@test.example other@test.example
	same 'not configured: no mail server is set for other@test.example (`account smtp`)' "$(probe other@test.example)"
	account disable -q kay@test.example
	same 'stopped: the mail server of kay@test.example is off: switched off by `account disable`' "$(probe kay@test.example)"
	account enable -q kay@test.example
	sql "INSERT INTO participants (did, email, created_at, updated_at, status_changed_at, email_changed_at) VALUES ('did:1', 'KAY@test.example', 0, 0, 0, 0)"
	[[ $(probe kay@test.example) == "stopped: kay@test.example is a participant's"* ]]
	account remove -q kay@test.example
	same 'not configured: no mail server is set for kay@test.example (`account smtp`)' "$(probe kay@test.example)"
	fails 1 probe kay@test.example one.eml 1 lou@test.example
}

@test "a run of messages takes one connection, and the envelope is as set" {
	server
	account smtp -q kay@test.example --envelope-sender bounces@test.example
	fails 1 probe kay@test.example one.eml 1 lou@test.example
	[[ $output == *'error 78: kay@test.example: its mail server is off: not tested since it was changed'* ]]
	same 0 "$(wc -c < commands)"
	account test -q kay@test.example
	run probe kay@test.example one.eml 3 lou@test.example max@test.example
	same "$(printf '%s\n' "smtp by localhost:$PORT"; for i in 1 2 3; do printf '%s\n' 'lou@test.example accepted 250 2.0.0' 'max@test.example accepted 250 2.0.0'; done)"
	same '3 1' "$(taken) $(connections)"
	same '["bounces@test.example"]' "$(jq -sc 'map(.from) | unique' log)"
	grep -q 'ENVID=token.1' commands
	same "$(sha256sum < one.eml | cut -d ' ' -f 1)" "$(jq -rs 'map(.sha256) | unique[]' log)"
	same '1|0|0' "$(state)"
	fails 1 probe other@test.example one.eml 1 lou@test.example
}

@test "a server that ends the connection between messages costs nothing" {
	server --at 'MAIL#3 bye 421 4.7.0 too many messages' --at 'MAIL#6 close'
	run probe kay@test.example one.eml 6 lou@test.example
	same "smtp by localhost:$PORT
$(for i in 1 2 3 4 5 6; do echo 'lou@test.example accepted 250 2.0.0'; done)"
	same '6 3' "$(taken) $(connections)"
	# With the first message of a connection there is nobody to blame but the server.
	server --at 'MAIL bye 421 4.7.0 not now'
	run probe kay@test.example one.eml 1 lou@test.example
	same "smtp by localhost:$PORT"$'\n''lou@test.example temporary 421 4.7.0'
	same 1 "$(grep -c MAIL commands)"
	same '1|0|0' "$(state)"
}

@test "nothing is sent twice when the answer is lost" {
	server --at 'DOT#2 lose'
	run probe kay@test.example one.eml 3 lou@test.example
	same "smtp by localhost:$PORT"$'\n''lou@test.example accepted 250 2.0.0'$'\n''lou@test.example unknown 0 -'$'\n''lou@test.example accepted 250 2.0.0'
	same '3' "$(taken)"
}

@test "what a person switches off in the middle of a run is off" {
	server --at 'MAIL#2 delay 2'
	probe kay@test.example one.eml 3 lou@test.example > probe.out 3>&- & running=$!
	for ((i = 0; i < 400; i++)); do
		if [ "$(grep -c MAIL commands)" -eq 2 ]; then break; fi
		sleep 0.05
	done
	account disable -q kay@test.example
	wait "$running"
	same "smtp by localhost:$PORT"$'\n''lou@test.example accepted 250 2.0.0'$'\n''lou@test.example accepted 250 2.0.0'$'\n''lou@test.example account 0 -' "$(cat probe.out)"
	same 2 "$(taken)"
	same '0|1|0' "$(state)"
}

@test "a login that is refused when the line had to be opened anew" {
	server --at 'DOT bye 421 4.3.2 going' --at 'AUTH#3 535 5.7.8 no' --at 'AUTH#2 454 4.7.0 later'
	run probe kay@test.example one.eml 4 lou@test.example
	same "smtp by localhost:$PORT"$'\n''lou@test.example temporary 421 4.3.2'$'\n''lou@test.example temporary 0 -'$'\n''lou@test.example account 0 -'$'\n''lou@test.example account 0 -'
	same '0|1|1' "$(state)"
}

@test "one recipient is refused, the other is not" {
	server --at 'RCPT/lou@ 550 5.1.1 no such user'
	run probe kay@test.example one.eml 1 lou@test.example max@test.example
	same "smtp by localhost:$PORT"$'\n''lou@test.example permanent 550 5.1.1'$'\n''max@test.example accepted 250 2.0.0'
	same '1|0|0' "$(state)"
}

@test "a login or a sender that is refused switches the account off" {
	server --at 'AUTH 535 5.7.8 no'
	run probe kay@test.example one.eml 2 lou@test.example
	[[ $output == *"account at fault, error 77: kay@test.example: localhost:$PORT: "* ]]
	same '0|1|1' "$(state)"
	[[ $(probe kay@test.example) == "stopped: the mail server of kay@test.example is off: kay@test.example: localhost:$PORT: "*'Put it right (`account smtp kay@test.example`)'* ]]
	server --at 'MAIL 550 5.7.1 not your address'
	run probe kay@test.example one.eml 1 lou@test.example
	same "smtp by localhost:$PORT"$'\n''lou@test.example account 550 5.7.1'
	same '0|1|1' "$(state)"
	[[ $(sql 'SELECT last_error FROM email_smtp_settings') == "kay@test.example: localhost:$PORT: the sender is refused: "*'not your address' ]]
	if grep -rqaF "$SECRET" "$MAILROOM_DATA_DIR"; then false; fi
}

@test "a server that is not there leaves the account on" {
	server
	stop
	run probe kay@test.example one.eml 1 lou@test.example
	[[ $output == *"error 75: kay@test.example: localhost:$PORT"* ]]
	same '1|0|1' "$(state)"
}

@test "a message is looked up in the Sent folder; that it is not there tells nothing" {
	server
	same "smtp by localhost:$PORT"$'\n''no telling' "$(probe kay@test.example one.eml 0 lou@test.example)"
	rm -rf "$DOVECOT_DIR/mail/kay"
	account imap -q kay@test.example --host localhost --port "$DOVECOT_IMAPS" --user kay --password-stdin <<< 'secret word'
	same "smtp by localhost:$PORT"$'\n''no telling' "$(probe kay@test.example one.eml 0 lou@test.example)"
	mail other.eml 'Message-ID: <11@harbor.example>' <<< 'Another'
	dovecot_mail kay 'Sent Things' other.eml
	# A copy for the sender, or a draft, is no proof that all got it.
	dovecot_mail kay '' one.eml
	dovecot_mail kay Drafts one.eml
	same "smtp by localhost:$PORT"$'\n''no telling' "$(probe kay@test.example one.eml 0 lou@test.example)"
	dovecot_mail kay 'Sent Things' other.eml one.eml
	same "smtp by localhost:$PORT"$'\n''found' "$(probe kay@test.example one.eml 0 lou@test.example)"
	account imap -q kay@test.example --password-stdin <<< 'wrong'
	fails 1 probe kay@test.example one.eml 0 lou@test.example
}
