#!/usr/bin/env bats
# Sender accounts: their settings, their test, what switches them off, against the server of tests/fake/smtp.py.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"
. "$MAILROOM_SOURCE/tests/servers/postfix.bash"

SECRET='open sesame 7'

setup_file() { certs_make "$BATS_FILE_TMPDIR/certs"; }

prepare() {
	SERVER='' CERTS=$BATS_FILE_TMPDIR/certs
	export MAILROOM_CA_FILE=$CERTS/ca.pem
	team add -q --name Mara mara@harbor.example
}
teardown() { stop; postfix_stop; dovecot_stop; }
stop() { if [ -n "$SERVER" ]; then kill "$SERVER" 2> /dev/null; wait "$SERVER" 2> /dev/null || true; SERVER=; fi; }

# server OPTION...: starts the fake; $PORT is its port. Its user is mara@harbor.example with the password $SECRET.
server() {
	stop
	rm -f port
	: > port
	: > commands
	python3 "$SOURCE/tests/fake/smtp.py" --user "mara@harbor.example:$SECRET" --commands commands "$@" > port 2> server.err < /dev/null 3>&- &
	SERVER=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2> /dev/null < port; then return; fi
		sleep 0.05
	done
	cat server.err
	return 1
}

# sender [OPTION...]: mara's account at the server, by TLS.
sender() { account smtp -q mara@harbor.example --host localhost --port "$PORT" --password-stdin "$@" <<< "$SECRET"; }
sends() { account list | awk '$1 == "mara@harbor.example" { print $5 }'; }
why() { sql 'SELECT disabled_why FROM email_smtp_settings'; }
health() { account list --json | jq -r '.accounts[0].smtp.last_error'; }

# No password is in the data folder, in what any program shows, or in the files that the test made.
no_secrets() {
	local found
	{ account list; account list --json; account list --all --json; mailroom config; mailroom config --json; mailroom status --json; mailroom doctor; sqlite3 "$DB" .dump; } > shown 2>&1 || true
	found=$(grep -rlaF -e "$SECRET" -e "$(printf '\0mara@harbor.example\0%s' "$SECRET" | base64 -w 0)" -e "$(printf %s "$SECRET" | base64 -w 0)" \
		"$MAILROOM_DATA_DIR" shown ./*.out ./*.err 2> /dev/null || true)
	[ -z "$found" ] || { echo "a secret is in $found"; return 1; }
}

@test "the search for secrets finds one" {
	no_secrets
	sql "UPDATE users SET name = 'x $SECRET x'"
	if no_secrets; then false; fi
}

@test "a test that passes lets mail out" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	same "added mara@harbor.example" "$(account smtp mara@harbor.example --host localhost --port "$PORT" --password-stdin <<< "$SECRET")"
	same "mara@harbor.example  on  file  -  off" "$(account list)"
	same "not tested yet: \`account test mara@harbor.example --smtp\` lets mail out" "$(why)"
	same "mara@harbor.example: good (smtp, localhost:$PORT, ssl, auth plain): mail goes out" "$(account test mara@harbor.example | tee test.out)"
	same "mara@harbor.example  on  file  -  sends" "$(account list)"
	same '1|' "$(sql "SELECT is_enabled, disabled_why FROM email_smtp_settings")"
	grep -q NOOP commands
	grep -q QUIT commands
	same '{"host":"localhost","security":"ssl","auth":"plain","user":"mara@harbor.example","password":"sealed","envelope_sender":"mara@harbor.example","ca_file":null,"enabled":true,"disabled_why":null,"last_ok_at":"2026-11-20T08:00:00Z","last_error_at":null,"last_error":null}' \
		"$(account list --json | jq -c '.accounts[0].smtp | del(.port)')"
	same 'true' "$(account test --json --smtp mara@harbor.example | jq '.smtp.enabled')"
	same "sender       mara@harbor.example by localhost:$PORT" "$(mailroom status | grep ^sender)"
	same 'true' "$(mailroom status --json | jq '.senders[0].enabled')"
	no_secrets
}

@test "without a test nothing goes out; enable does the test" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	run mailroom doctor
	grep -q "no mail goes out by localhost:$PORT: not tested yet" <<< "$output"
	same "mara@harbor.example: good (smtp, localhost:$PORT, ssl, auth plain): mail would go out" "$(account test -n mara@harbor.example)"
	same off "$(sends)"
	same "mara@harbor.example: good (smtp, localhost:$PORT, ssl, auth plain): mail goes out" "$(account enable mara@harbor.example)"
	same sends "$(sends)"
	mailroom doctor -q
}

@test "what a person has switched off, no test switches on" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	account test -q mara@harbor.example
	same "would be changed: mara@harbor.example" "$(account disable -n mara@harbor.example)"
	same sends "$(sends)"
	same "changed mara@harbor.example" "$(account disable mara@harbor.example --smtp)"
	same "unchanged mara@harbor.example" "$(account disable mara@harbor.example)"
	same "mara@harbor.example: good (smtp, localhost:$PORT, ssl, auth plain): nothing goes out, switched off by \`account disable\`" "$(account test mara@harbor.example)"
	account smtp -q mara@harbor.example --envelope-sender bounces@harbor.example
	account test -q mara@harbor.example
	same off "$(sends)"
	mailroom doctor -q
	account enable -q mara@harbor.example
	same sends "$(sends)"
	fails 65 account enable kay@harbor.example
	account add -q kay@harbor.example
	fails 78 account enable kay@harbor.example
	fails 78 account disable kay@harbor.example
	fails 78 account test kay@harbor.example --smtp
	[[ $output == *'there are no settings of its mail server: see `account smtp`' ]]
}

@test "a login that is refused switches it off, and the words say what to do" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	account test -q mara@harbor.example
	account smtp -q mara@harbor.example --password-stdin <<< 'not the one'
	same off "$(sends)"
	fails 77 account test mara@harbor.example
	[[ $output == *"mara@harbor.example: localhost:$PORT: "*535* ]]
	if grep -qF 'not the one' <<< "$output$(health)$(why)"; then false; fi
	[[ $(why) == *535*"Put it right (\`account smtp mara@harbor.example\`), then \`account test mara@harbor.example --smtp\` lets mail out again" ]]
	[[ $(health) == *535* ]]
	run mailroom doctor
	grep -q 'Put it right' <<< "$output"
	# It was good, and the server has changed its mind.
	sender
	account test -q mara@harbor.example
	same sends "$(sends)"
	stop
	fails 75 account test mara@harbor.example
	same failing "$(sends)"
	run mailroom doctor
	grep -q "localhost:$PORT" <<< "$output"
	server --tls "$CERTS/right.pem" "$CERTS/right.key" --at 'AUTH 535 5.7.8 go away'
	account smtp -q mara@harbor.example --port "$PORT"
	account enable mara@harbor.example || true
	same off "$(sends)"
	no_secrets
}

@test "a failure that passes does not switch it off" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key" --at 'AUTH#2 454 4.7.0 later' --at 'CONNECT#4 421 4.3.2 closing'
	sender
	account test -q mara@harbor.example
	fails 75 account test mara@harbor.example
	same failing "$(sends)"
	account test -q mara@harbor.example
	same sends "$(sends)"
	fails 75 account test mara@harbor.example
	same failing "$(sends)"
	account test -q mara@harbor.example
	same sends "$(sends)"
}

@test "certificates are verified, and STARTTLS is not left out" {
	for kind in wrong expired selfsigned; do
		server --tls "$CERTS/$kind.pem" "$CERTS/$kind.key"
		sender
		fails 69 account test mara@harbor.example
		[[ $output == *"localhost:$PORT: TLS: the certificate "* ]]
		same off "$(sends)"
		if grep -q AUTH commands; then false; fi
	done
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	MAILROOM_CA_FILE='' fails 69 account test mara@harbor.example
	env -u MAILROOM_CA_FILE account smtp -q mara@harbor.example --ca-file "$CERTS/ca.pem"
	env -u MAILROOM_CA_FILE account test -q mara@harbor.example
	account smtp -q mara@harbor.example --ca-file ''
	same '' "$(sql 'SELECT ca_file FROM email_smtp_settings')"
	fails 66 account smtp mara@harbor.example --ca-file nowhere.pem
	server --starttls "$CERTS/right.pem" "$CERTS/right.key"
	sender --security starttls
	account test -q mara@harbor.example
	server
	sender --security starttls
	fails 69 account test mara@harbor.example
	if grep -q AUTH commands; then false; fi
	sender --security none
	account test -q mara@harbor.example
	fails 77 account smtp mara@harbor.example --host 192.0.2.1 --security none
	[[ $output == *'for all to read; --force does it all the same' ]]
	account smtp -q mara@harbor.example --host 192.0.2.1 --security none --force 2> /dev/null
	same '192.0.2.1|25|none|1' "$(sql 'SELECT host, port, security, is_forced FROM email_smtp_settings')"
}

@test "defaults, and a change keeps the rest" {
	MAILROOM_NOW=2026-11-20T09:00:00+01:00 account smtp -q mara@harbor.example --host smtp.harbor.example
	row() { sql 'SELECT host, port, security, auth, user, envelope_sender FROM email_smtp_settings'; }
	same 'smtp.harbor.example|465|ssl|plain||' "$(row)"
	account smtp -q mara@harbor.example --security starttls
	same 'smtp.harbor.example|587|starttls|plain||' "$(row)"
	account smtp -q mara@harbor.example --user kay --auth login --envelope-sender Bounces@Harbor.example
	same 'smtp.harbor.example|587|starttls|login|kay|bounces@harbor.example' "$(row)"
	same "unchanged mara@harbor.example" "$(account smtp mara@harbor.example --user kay)"
	account smtp -q mara@harbor.example --port 2525
	same 'smtp.harbor.example|2525|starttls|login|kay|bounces@harbor.example' "$(row)"
	account smtp -q mara@harbor.example --user '' --envelope-sender '' --auth none
	same 'smtp.harbor.example|2525|starttls|none||' "$(row)"
	account smtp -q mara@harbor.example --user mara@harbor.example
	same 'smtp.harbor.example|2525|starttls|none||' "$(row)"
	account smtp -q mara@harbor.example --remove
	same '' "$(row)"
	account smtp -q mara@harbor.example --host smtp.harbor.example --port 587
	same 'smtp.harbor.example|587|starttls|plain||' "$(row)"
	same "would be changed: mara@harbor.example" "$(account smtp -n mara@harbor.example --host other.example)"
	same 'smtp.harbor.example|587|starttls|plain||' "$(row)"
}

@test "what cannot be is refused, and nothing is kept" {
	fails 78 account smtp mara@harbor.example
	fails 65 account smtp mara@harbor.example --host 'a b'
	fails 65 account smtp mara@harbor.example --host $'x\r\nEHLO evil'
	fails 65 account smtp mara@harbor.example --host ''
	fails 65 account smtp mara@harbor.example --host x --user $'kay\nX'
	fails 65 account smtp mara@harbor.example --host x --security tls
	fails 65 account smtp mara@harbor.example --host x --auth cram
	fails 64 account smtp mara@harbor.example --host x --port 0
	fails 64 account smtp mara@harbor.example --host x --port 65536
	fails 64 account smtp mara@harbor.example --host x --port 25x
	fails 65 account smtp mara@harbor.example --host x --envelope-sender $'a@b.example>\r\nRCPT TO:<c@d.example'
	fails 65 account smtp mara@harbor.example --host x --envelope-sender nobody
	fails 65 account smtp mara@harbor.example --host x --password-command ''
	fails 65 account smtp mara@harbor.example --host x --password-command $'echo x\nrm y'
	fails 65 account smtp mara@harbor.example --host x --password-stdin < /dev/null
	fails 65 account smtp mara@harbor.example --host x --password-stdin <<< $'a\tb'
	fails 65 account smtp mara@harbor.example --host x --password-stdin < <(printf 'a\0b\n')
	fails 65 account smtp mara@harbor.example --host x --password-stdin < <(printf '%05000d\n' 0)
	fails 64 account smtp mara@harbor.example --host x --password-stdin --password-command 'echo x' <<< x
	fails 65 account smtp mara@harbor.example --host x --auth none --password-stdin <<< x
	fails 64 account smtp mara@harbor.example --remove --host x
	fails 65 account smtp mara@harbor.example --remove
	fails 65 account smtp $'mara@harbor.example\r\n' --host x
	same '0|0' "$(sql 'SELECT (SELECT count(*) FROM email_smtp_settings), (SELECT count(*) FROM email_accounts)')"
	chmod 0 "$MAILROOM_DATA_DIR/secret.key"
	[ "$(id -u)" -eq 0 ] || fails 77 account smtp mara@harbor.example --host x --password-stdin <<< x
	rm -f "$MAILROOM_DATA_DIR/secret.key"
	fails 66 account smtp mara@harbor.example --host x --password-stdin <<< x
	same 0 "$(sql 'SELECT count(*) FROM email_smtp_settings')"
}

@test "only an address of our own can send" {
	fails 77 account smtp kay@harbor.example --host x
	[[ $output == *'is no sending address of ours'* ]]
	contact add -q contact --name Ann --address ann@northwind.example
	fails 77 account smtp ann@northwind.example --host x
	sql "INSERT INTO participants (did, email, created_at, updated_at, status_changed_at, email_changed_at) VALUES ('did:1', 'Pat@study.example', 0, 0, 0, 0)"
	team add -q --name Pat pat@study.example
	fails 77 account smtp pat@study.example --host x
	[[ $output == *"is a participant's"* ]]
	fails 77 account smtp mara@harbor.example --host x --envelope-sender pat@study.example
	fails 77 account smtp mara@harbor.example --host x --envelope-sender ann@northwind.example
	team add -q --name Lou lou@harbor.example
	team deactivate -q lou@harbor.example
	fails 77 account smtp lou@harbor.example --host x
	account add -q box@harbor.example --alias alias@harbor.example
	account smtp -q box@harbor.example --host x
	fails 77 account smtp alias@harbor.example --host x
	MAILROOM_DIGEST_FROM=Digest@harbor.example account smtp -q digest@harbor.example --host x
	same $'box@harbor.example\ndigest@harbor.example' "$(sql 'SELECT address FROM v_email_smtp_settings ORDER BY 1')"
	# A removed mailbox keeps its settings, and sends nothing.
	account remove -q box@harbor.example
	same digest@harbor.example "$(mailroom status --json | jq -r '.senders[].address')"
	fails 65 account test box@harbor.example
	# An account whose address has become somebody else's is not tried.
	sql "INSERT INTO participants (did, email, created_at, updated_at, status_changed_at, email_changed_at) VALUES ('did:2', 'digest@harbor.example', 0, 0, 0, 0)"
	fails 77 account test digest@harbor.example
}

@test "another server gets none of the passwords of the one before" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	run account smtp mara@harbor.example --host 127.0.0.1
	[[ $output == *'the password was for the server before and is forgotten'* ]]
	same 0 "$(sql 'SELECT count(*) FROM email_credentials')"
	fails 78 account test mara@harbor.example
	[[ $output == *'there is no password: `account smtp mara@harbor.example --password-stdin` takes one' ]]
	if grep -q AUTH commands; then false; fi
	account smtp -q mara@harbor.example --password-stdin <<< "$SECRET"
	account test -q mara@harbor.example
	# The same host, written otherwise, and another port, are no other server.
	account smtp -q mara@harbor.example --security ssl --port "$PORT"
	same 1 "$(sql 'SELECT count(*) FROM email_credentials')"
	account smtp -q mara@harbor.example --password-command 'echo x'
	same 0 "$(sql 'SELECT count(*) FROM email_credentials')"
	account smtp -q mara@harbor.example --host localhost 2> /dev/null
	same '' "$(sql 'SELECT password_command FROM email_smtp_settings')"
	account smtp -q mara@harbor.example --auth xoauth2
	fails 77 account smtp mara@harbor.example --host other.example
	[[ $output == *'the tokens of the login would go to another server than localhost: if that is meant, give --auth xoauth2 again' ]]
	account smtp -q mara@harbor.example --host other.example --auth xoauth2
}

@test "a password command is run at each login" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	printf '%s\n' "$SECRET" > "$BATS_FILE_TMPDIR/word"
	account smtp -q mara@harbor.example --host localhost --port "$PORT" --password-command "echo run >> runs.log; cat $BATS_FILE_TMPDIR/word"
	account test -q mara@harbor.example
	account test -q mara@harbor.example
	same 2 "$(wc -l < runs.log)"
	same command "$(account list --json | jq -r '.accounts[0].smtp.password')"
	if account list --json | grep -q runs.log; then false; fi
	no_secrets
	command() { account smtp -q mara@harbor.example --password-command "$1"; }
	command 'echo the vault is locked >&2; exit 3'
	fails 69 account test mara@harbor.example
	[[ $output == *'mara@harbor.example: the password command: the command did not succeed: the vault is locked' ]]
	command "echo '$SECRET'; echo 'bad: $SECRET' >&2; exit 1"
	fails 69 account test mara@harbor.example
	[[ $output == *'the command did not succeed (exit status 1)' ]]
	command true
	fails 65 account test mara@harbor.example
	command 'kill -9 $$'
	fails 69 account test mara@harbor.example
	[[ $output == *'ended by signal 9' ]]
	command 'head -c 100000 /dev/zero | tr "\0" x'
	fails 65 account test mara@harbor.example
	[[ $output == *'too long' ]]
	command /nowhere/at/all
	fails 69 account test mara@harbor.example
	# A word that the server does not take is the account's fault.
	command 'echo wrong'
	fails 77 account test mara@harbor.example
	[[ $(why) == *535* ]]
}

@test "LOGIN, and no login at all" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key" --mechanisms LOGIN
	sender --auth login
	account test -q mara@harbor.example
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	account smtp -q mara@harbor.example --auth none --port "$PORT"
	same 0 "$(sql 'SELECT count(*) FROM email_credentials')"
	account test -q mara@harbor.example
	same null "$(account list --json | jq -r '.accounts[0].smtp.password')"
	if grep -q AUTH commands; then false; fi
}

@test "who logs in under another address is warned" {
	run account smtp mara@harbor.example --host localhost --user other@harbor.example
	[[ $output == *'who logs in is another address than the sender'* ]]
	run account smtp mara@harbor.example --user mara
	same "changed mara@harbor.example"
}

@test "two at once, and a change during a test" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	for i in 1 2 3 4 5 6; do
		account test -q mara@harbor.example 3>&- & tests[i]=$!
		account smtp -q mara@harbor.example --envelope-sender "b$i@harbor.example" 3>&- & changes[i]=$!
	done
	for i in 1 2 3 4 5 6; do
		wait "${changes[i]}"
		wait "${tests[i]}" || [ $? -eq 75 ]
	done
	same 1 "$(sql 'SELECT count(*) FROM email_smtp_settings')"
	# The test that is told to wait has read its settings by then: its NOOP is not answered before the change is made.
	account smtp -q mara@harbor.example --envelope-sender ''
	server --tls "$CERTS/right.pem" "$CERTS/right.key" --at 'NOOP delay 2'
	account smtp -q mara@harbor.example --port "$PORT"
	account test mara@harbor.example > test.out 2> test.err 3>&- & waiting=$!
	for ((i = 0; i < 400; i++)); do
		if grep -q NOOP commands; then break; fi
		sleep 0.05
	done
	account smtp -q mara@harbor.example --envelope-sender b@harbor.example
	status=0
	wait "$waiting" || status=$?
	same 75 "$status"
	grep -q 'was changed during the test' test.err
	same off "$(sends)"
}

@test "a test without an option is of all there is" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	account add -q mara@harbor.example
	fails 78 account test mara@harbor.example
	grep -q 'is no Gmail mailbox' <<< "$output"
	sender
	account test -q mara@harbor.example
	fails 78 account test mara@harbor.example --gmail
	fails 78 account test mara@harbor.example --imap
	fails 78 account test mara@harbor.example --smtp --imap
	same '{"format":1,"address":"mara@harbor.example","provider":"file","smtp":true}' "$(account test --json mara@harbor.example | jq -c '.smtp = .smtp.enabled')"
	same '' "$(account test -q mara@harbor.example)"
	# what a mailbox has not got has not failed
	same 'mara@harbor.example  on  file  -  sends' "$(account list | sed 's/ *$//')"
}

@test "rekey seals the passwords of mail servers anew" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	sender
	account test -q mara@harbor.example
	was=$(sql 'SELECT key_id FROM email_credentials')
	account rekey -q
	[ "$was" != "$(sql 'SELECT key_id FROM email_credentials')" ]
	rm "$MAILROOM_DATA_DIR/secret.key.old"
	account test -q mara@harbor.example
	same sends "$(sends)"
	no_secrets
}

@test "at a terminal the password is asked for, without echo" {
	server --tls "$CERTS/right.pem" "$CERTS/right.key"
	python3 "$SOURCE/tests/fake/terminal.py" "$SECRET" account smtp mara@harbor.example --host localhost --port "$PORT" > terminal.out
	grep -q 'Password of mara@harbor.example: ' terminal.out
	grep -q 'added mara@harbor.example' terminal.out
	account test -q mara@harbor.example
	no_secrets
	# One that is there is not asked for again.
	python3 "$SOURCE/tests/fake/terminal.py" "" account smtp mara@harbor.example --user mara@harbor.example > terminal.out
	same 'unchanged mara@harbor.example' "$(tr -d '\r' < terminal.out)"
}

# Debian's Postfix, and Dovecot's submission service in front of it.
@test "real servers: Postfix and Dovecot, set, tested, refused" {
	if POSTFIX_WHY=$(postfix_possible); then :; else skip "$POSTFIX_WHY"; fi
	postfix_ports
	export DOVECOT_RELAY=$POSTFIX_RELAY
	dovecot_start
	postfix_start
	export MAILROOM_CA_FILE=$DOVECOT_CA
	account add -q kay@test.example
	row() { sql 'SELECT is_enabled FROM email_smtp_settings'; }
	real() { account smtp -q kay@test.example --host localhost --user kay --password-stdin "$@" <<< "${WORD-secret word}"; }
	real --port "$POSTFIX_PORT" --security starttls
	same "kay@test.example: good (smtp, localhost:$POSTFIX_PORT, starttls, auth plain): mail goes out" "$(account test kay@test.example)"
	real --port "$POSTFIX_PORTS" --security ssl --auth login
	account test -q kay@test.example
	same 1 "$(row)"
	WORD=wrong real
	fails 77 account test kay@test.example
	[[ $output == *"localhost:$POSTFIX_PORTS: "*535* ]]
	same 0 "$(row)"
	real --port "$DOVECOT_SUBMISSION" --security starttls --auth plain
	account test -q kay@test.example
	same 1 "$(row)"
	WORD=wrong real
	fails 77 account test kay@test.example
	same 0 "$(row)"
	real --host 127.0.0.1 --port "$POSTFIX_PORT"
	MAILROOM_CA_FILE='' fails 69 account test kay@test.example
	same 0 "$(row)"
	account test -q kay@test.example
	if grep -rqaF 'secret word' "$MAILROOM_DATA_DIR"; then false; fi
}
