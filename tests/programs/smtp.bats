bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"
. "$MAILROOM_SOURCE/tests/servers/postfix.bash"

# One Dovecot (logins, certificates, submission) and one Postfix for all tests of this file.
setup_file() {
	postfix_ports
	if POSTFIX_WHY=$(postfix_possible); then DOVECOT_RELAY=$POSTFIX_RELAY; fi
	dovecot_start
	if [ -n "${DOVECOT_RELAY-}" ]; then postfix_start; fi
	export DOVECOT_DIR DOVECOT_CA DOVECOT_PID DOVECOT_TOKENS DOVECOT_RELAY DOVECOT_SUBMISSION
	export POSTFIX_DIR POSTFIX_PID POSTFIX_PORT POSTFIX_PORTS POSTFIX_RELAY POSTFIX_WHY
}
teardown_file() { postfix_stop; dovecot_stop; }

prepare() { PROBE=$BUILD/tools/smtp_probe FAKE=; }
teardown() { fake_end; }
fake_end() { if [ -n "$FAKE" ]; then kill "$FAKE" 2>/dev/null; wait "$FAKE" 2>/dev/null || true; fi; FAKE=; }

need_postfix() { if [ -n "$POSTFIX_WHY" ]; then skip "$POSTFIX_WHY"; fi; }

# fake OPTION...: starts tests/fake/smtp.py; its port is $PORT, its log $BATS_TEST_TMPDIR/log, its commands .../commands.
fake() {
	fake_end
	for name in port log commands; do : >"$BATS_TEST_TMPDIR/$name"; done
	rm -rf "$BATS_TEST_TMPDIR/kept" && mkdir "$BATS_TEST_TMPDIR/kept"
	python3 "$SOURCE/tests/fake/smtp.py" --log "$BATS_TEST_TMPDIR/log" --commands "$BATS_TEST_TMPDIR/commands" \
		--keep "$BATS_TEST_TMPDIR/kept" "$@" >"$BATS_TEST_TMPDIR/port" 2>"$BATS_TEST_TMPDIR/fake.err" </dev/null 3>&- & FAKE=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2>/dev/null <"$BATS_TEST_TMPDIR/port"; then return 0; fi
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/fake.err"
	return 1
}
certs() { printf '%s\n' "$DOVECOT_DIR/certs/$1.pem" "$DOVECOT_DIR/certs/$1.key"; }
# plain WORD...: the probe to the fake server, without TLS.
plain() { timeout 60 "$PROBE" host=127.0.0.1 port="$PORT" security=none "$@"; }
# ours PORT SECURITY WORD...: as kay with the password.
ours() { local port=$1 security=$2; shift 2; timeout 60 "$PROBE" port="$port" security="$security" ca="$DOVECOT_CA" auth=plain user=kay secret='secret word' "$@"; }
taken() { jq -r 'select(.taken) | .message_id' "$BATS_TEST_TMPDIR/log" | wc -l; }
# The memory that it takes at most, in KB, is checked by the exit status 99.
lean() {
	python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
sys.exit(99 if resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 100000 else status)' "$@"
}

@test "Postfix: STARTTLS and TLS, PLAIN and LOGIN, one refused of several" {
	need_postfix
	run -0 ours "$POSTFIX_PORT" starttls to=kay@test.example to=nobody@test.example send
	[[ ${lines[0]} == "kay@test.example accepted 250 2.0.0 Ok: queued as "* ]]
	[[ ${lines[1]} == "nobody@test.example permanent 550 5.1.1 <nobody@test.example>: "* ]]
	run -0 ours "$POSTFIX_PORTS" ssl auth=login to=kay@test.example to=mara@test.example to=x@discard.example send
	[[ ${lines[0]} == "kay@test.example accepted 250 "* && ${lines[1]} == "mara@test.example accepted 250 "* ]]
	[[ ${lines[2]} == "x@discard.example temporary 452 4.5.3 "* ]]
	run -77 ours "$POSTFIX_PORTS" ssl secret=wrong to=kay@test.example send
	[[ $output == "the account is at fault"*"AUTH PLAIN: the server says 535 5.7.8 "* ]]
}

@test "Postfix: greylisted, too large, a sender who may not; the connection stays good" {
	need_postfix
	run -0 ours "$POSTFIX_PORT" starttls to=grey@test.example send forget to=kay@test.example made=100001 send \
		made=200 from=banned@test.example send from=list@test.example send open
	[[ ${lines[0]} == "grey@test.example temporary 450 4.7.1 "*greylisted ]]
	same "kay@test.example permanent 0 - the message has 100001 bytes, and the server takes at most 100000" "${lines[1]}"
	[[ ${lines[2]} == "kay@test.example account 554 5.7.1 "*"you may not" ]]
	[[ ${lines[3]} == "kay@test.example accepted 250 "* ]]
	same "open yes" "${lines[4]}"
}

@test "Postfix: what arrives is what was sent, byte for byte" {
	need_postfix
	printf '%s\r\n' 'Subject: dots' 'Message-ID: <dots@test.example>' 'From: kay@test.example' \
		'Date: Thu, 19 Nov 2026 10:00:00 +0100' '' .one ..two . 'cafe ' $'caf\303\251' >dots.eml
	before=$(postfix_mails mara)
	run -0 ours "$POSTFIX_PORT" starttls to=mara@test.example file=dots.eml send
	postfix_wait mara $((before + 1))
	file=$(grep -lr 'Subject: dots' "$POSTFIX_DIR/mail/mara/new")
	same "$(tr -d '\r' <dots.eml)" "$(sed -n '/^Subject: dots/,$p' "$file")"
}

@test "Dovecot's submission service: STARTTLS, password and token" {
	need_postfix
	run -0 ours "$DOVECOT_SUBMISSION" starttls to=kay@test.example to=nobody@test.example send
	[[ ${lines[0]} == "kay@test.example accepted 250 "* && ${lines[1]} == "nobody@test.example permanent 550 5.1.1 "* ]]
	for auth in oauthbearer xoauth2; do
		run -0 ours "$DOVECOT_SUBMISSION" starttls auth=$auth user=kay@test.example secret=good-token to=kay@test.example send
		[[ $output == "kay@test.example accepted 250 "* ]]
		run -77 ours "$DOVECOT_SUBMISSION" starttls auth=$auth user=kay@test.example secret=bad-token to=kay@test.example send
		[[ $output == "the account is at fault"*"the server says 535 5.7.8 "* ]]
		[[ $output != *bad-token* ]]
	done
}

@test "certificates that are not trusted are refused, by TLS and by STARTTLS" {
	for how in tls starttls; do
		security=${how/#tls/ssl}
		mapfile -t pair < <(certs wrong); fake "--$how" "${pair[@]}"
		run -69 ours "$PORT" "$security" to=a@x.example send
		same "error 69: localhost:$PORT: TLS: the certificate is not for localhost but for mail.other.example, *.third.example"
		mapfile -t pair < <(certs expired); fake "--$how" "${pair[@]}"
		run -69 ours "$PORT" "$security" to=a@x.example send
		same "error 69: localhost:$PORT: TLS: the certificate expired on 2021-01-01 00:00 UTC"
		mapfile -t pair < <(certs selfsigned); fake "--$how" "${pair[@]}"
		run -69 ours "$PORT" "$security" to=a@x.example send
		same "error 69: localhost:$PORT: TLS: the certificate is self-signed"
		mapfile -t pair < <(certs right); fake "--$how" "${pair[@]}" --user 'kay:secret word'
		run -0 ours "$PORT" "$security" to=a@x.example send
		same "a@x.example accepted 250 2.0.0 taken as 1"
		same true "$(jq .tls "$BATS_TEST_TMPDIR/log")"
		run -69 timeout 60 "$PROBE" port="$PORT" security="$security" to=a@x.example send
		[[ $output == *"the certificate's issuer is not one that this machine trusts" ]]
	done
	same 0 "$(grep -cE 'MAIL|AUTH' < <(grep -v '^1 ' "$BATS_TEST_TMPDIR/commands"))"
}

@test "STARTTLS taken out of the offer, or refused: nothing goes in plain" {
	fake --user 'kay:secret word'
	run -69 ours "$PORT" starttls to=a@x.example send
	same "error 69: localhost:$PORT: the server offers no STARTTLS, and without it nothing is sent (somebody on the line may have taken the offer out)"
	mapfile -t pair < <(certs right)
	fake --starttls "${pair[@]}" --at 'STARTTLS 454 4.7.0 not now' --user 'kay:secret word'
	run -75 ours "$PORT" starttls to=a@x.example send
	same "error 75: localhost:$PORT: STARTTLS: the server says 454 4.7.0 not now"
	same "1 EHLO [127.0.0.1]
1 STARTTLS
1 QUIT" "$(cat "$BATS_TEST_TMPDIR/commands")"
}

@test "lines put in behind STARTTLS are an attack, and end it" {
	mapfile -t pair < <(certs right)
	fake --starttls "${pair[@]}" --at 'STARTTLS inject 250 AUTH PLAIN'
	run -69 ours "$PORT" starttls to=a@x.example send
	same "error 69: localhost:$PORT: STARTTLS: more came in plain text behind the server's consent: somebody on the line may have put it there"
	same 2 "$(wc -l <"$BATS_TEST_TMPDIR/commands")"
}

@test "a login is never sent in plain to another machine, whatever else may go there" {
	run -77 timeout 60 "$PROBE" host=192.0.2.1 port=25 security=none anywhere=yes auth=plain user=kay secret=x to=a@x.example send
	same "error 77: 192.0.2.1:25: not encrypted, and that is allowed to this machine only: use ssl or starttls"
	run -75 timeout 60 "$PROBE" host=192.0.2.1 port=25 security=none anywhere=yes connect=100 to=a@x.example send
}

@test "each way to log in, and each refused; the secret is not told on" {
	for auth in plain login xoauth2 oauthbearer; do
		fake --user 'kay:secret word' --token 'secret word'
		run -0 plain auth=$auth user=kay secret='secret word' to=a@x.example send
		same "a@x.example accepted 250 2.0.0 taken as 1"
		same kay "$(jq -r .user "$BATS_TEST_TMPDIR/log")"
		run -77 plain auth=$auth user=kay secret=another1 to=a@x.example send
		[[ $output == "the account is at fault"*"the server says 535 5.7.8 "* && $output != *another1* ]]
		fake --user 'kay:x' --token x --at 'AUTH 535 5.7.8 never heard of my own secret'
		run -77 plain auth=$auth user=kay secret='my own secret' to=a@x.example send
		[[ $output != *own* && $output != *$'\n'*$'\n'* ]]
		fake --user 'kay:x' --token x --at 'AUTH 454 4.7.0 later'
		run -75 plain auth=$auth user=kay secret=x to=a@x.example send
		[[ $output == "error 75: "*"the server says 454 4.7.0 later" ]]
	done
	fake --user 'kay:secret word'
	run -0 plain to=a@x.example send
	same "a@x.example account 530 5.7.0 log in first"
}

@test "a token too long for a command line follows in a line of its own" {
	token=$(printf 'x%.0s' {1..2000})
	for auth in xoauth2 oauthbearer; do
		fake --token "$token"
		run -0 plain auth=$auth user=kay secret="$token" to=a@x.example send
		same "a@x.example accepted 250 2.0.0 taken as 1"
		same "1 AUTH ${auth^^}" "$(grep AUTH "$BATS_TEST_TMPDIR/commands")"
		run -77 plain auth=$auth user=kay secret="y$token" to=a@x.example send
		[[ $output == *"535 5.7.8 no (token: 401)" ]]
	done
}

@test "what goes over the wire, with all extensions and with none" {
	fake
	printf '%s\r\n' 'Subject: x' '' $'caf\303\251' >m.eml
	run -0 plain helo=mail.test.example envid='a+b=c' file=m.eml to=kay@bücher.example to='k+y@x.example' send
	same "1 EHLO mail.test.example
1 MAIL FROM:<list@test.example> SIZE=21 BODY=8BITMIME RET=HDRS ENVID=a+2Bb+3Dc
1 RCPT TO:<kay@xn--bcher-kva.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;kay@xn--bcher-kva.example
1 RCPT TO:<k+y@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;k+2By@x.example
1 DATA
1 QUIT" "$(cat "$BATS_TEST_TMPDIR/commands")"
	: >"$BATS_TEST_TMPDIR/commands"
	run -0 plain from= to=käy@bücher.example send
	same "2 MAIL FROM:<> SIZE=200 SMTPUTF8 RET=HDRS
2 RCPT TO:<käy@xn--bcher-kva.example> NOTIFY=FAILURE,DELAY" "$(sed -n 2,3p "$BATS_TEST_TMPDIR/commands")"
	fake --extensions HELP --size 0
	run -0 plain envid=x to=a@x.example to=käy@x.example send
	same "a@x.example accepted 250 2.0.0 taken as 1
käy@x.example permanent 0 - the server takes no addresses or headers beyond ASCII (it does not offer SMTPUTF8)" "$(sort <<<"$output")"
	same "1 EHLO [127.0.0.1]
1 MAIL FROM:<list@test.example>
1 RCPT TO:<a@x.example>
1 DATA
1 QUIT" "$(cat "$BATS_TEST_TMPDIR/commands")"
	run -0 plain file=m.eml to=a@x.example send
	same "a@x.example permanent 0 - the message has bytes above 127, and the server takes none (it does not offer 8BITMIME)"
}

@test "the bytes of a message are the bytes that were given, dots and all, whatever their number" {
	fake
	python3 - <<-'P'
		import random
		random.seed(7)
		for i in range(40):
		    n = random.choice([1, 3, 100, 65534, 65535, 65536, 65537, 131072, 200000])
		    body = b"".join(random.choice([b".", b"..", b"", b".x", b"x.", b"y" * 997 + b"."]) + b"\r\n" for _ in range(n // 300 + 1))
		    body += b"z" * (n % 997) + b"\r\n" + random.choice([b".\r\n", b"", b"..\r\n\r\n"])
		    with open(f"{i}.eml", "wb") as f:
		        f.write(random.choice([b"Subject: x\r\n\r\n", b".", b"\r\n"]) + body)
	P
	for ((i = 0; i < 40; i++)); do words+=("file=$i.eml" send); done
	run -0 plain to=a@x.example "${words[@]}"
	same 40 "$(grep -c accepted <<<"$output")"
	for ((i = 0; i < 40; i++)); do cmp "$i.eml" "$BATS_TEST_TMPDIR/kept/$((i + 1)).eml"; done
}

@test "bad bytes and bad addresses go nowhere" {
	fake
	printf 'Subject: x\r\n\r\nno end' >a.eml
	printf 'Subject: x\n\nLF\n' >b.eml
	printf 'Subject: x\r\n\r\nbare\rCR\r\n' >c.eml
	printf 'Subject: x\r\n\r\n\0\r\n' >d.eml
	printf 'Subject: x\r\n\r\n.\n.\r\n' >e.eml
	printf 'Subject: x\r\n\r\n%s\r\n' "$(printf 'x%.0s' {1..999})" >f.eml
	: >g.eml
	for file in *.eml; do
		run -65 plain to=a@x.example file="$file" send
		[[ $output == "a@x.example permanent 0 - "*"error 65: "* ]]
	done
	for address in $'a@x.example\r\nRCPT TO:<b@x.example' 'a@x.example> X' '<a@x.example>' 'a b@x.example' a $'a\tb@x.example'; do
		run -65 plain to=good@x.example to="$address" send
		run -65 plain from="$address" to=good@x.example send
	done
	same 0 "$(grep -vcE 'EHLO|QUIT' "$BATS_TEST_TMPDIR/commands")"
}

# Each step of a transaction: what goes wrong there, and what it means.
@test "a connection cut at each command: temporary before the dot, unknown after it" {
	for kind in close reset 'bye 421 4.3.2 going down' stall junk; do
		for step in CONNECT EHLO AUTH MAIL RCPT DATA DOT; do
			[ "$step $kind" != 'DOT stall' ] || continue # below
			limits=() all=(PIPELINING HELP)
			if [ "$kind" = stall ]; then limits=(command=1000 greeting=1000) all=(PIPELINING); fi
			for extensions in "${all[@]}"; do
				fake --user 'kay:secret word' --extensions $extensions --at "$step#1 $kind"
				run plain "${limits[@]}" auth=plain user=kay secret='secret word' to=a@x.example send open again send
				case $step,$kind in
				[CEA]*,junk) [ "$status" -eq 69 ]; [[ $output == "error 69: "*"the server's answer is no SMTP: "* ]] ;;
				[CEA]*) [ "$status" -eq 75 ]; [[ $output == "error 75: 127.0.0.1:$PORT"* ]] ;;
				DOT,bye*) want=temporary ;;
				DOT,*) want=unknown ;;
				*) want=temporary ;;
				esac
				case $step in
				[CEA]*) same 0 "$(taken)" ;;
				*)	same "a@x.example $want
open no
a@x.example accepted" "$(sed -E 's/^(a@x.example [a-z]+) .*/\1/' <<<"$output")"
					same 1 "$(taken)" ;;
				esac
			done
		done
	done
}

@test "an answer that is lost after the dot is unknown, though the message was taken" {
	fake --at 'DOT lose'
	run -0 plain to=a@x.example to=b@x.example send open
	same "a@x.example unknown 0 - 127.0.0.1:$PORT: the server has closed the connection
b@x.example unknown 0 - 127.0.0.1:$PORT: the server has closed the connection
open no"
	same 1 "$(taken)"
	fake --at 'DOT stall'
	run -0 plain end=300 to=a@x.example send
	same "a@x.example unknown 0 - 127.0.0.1:$PORT: time-out: no answer"
}

@test "a connection cut at each tenth byte of the message is never taken for good" {
	printf '%s\r\n' 'Subject: x' 'Message-ID: <cut@test.example>' '' '.dots' 'and a text that is long enough' . 'to be cut at some places' >m.eml
	n=$(($(wc -c <m.eml) + 2)) # the doubled dots
	for kind in close reset 'bye 421 4.3.0 down'; do
		rules=() words=() count=0
		for ((at = 0; at < n; at += 10)); do
			count=$((count + 1))
			rules+=(--at "BODY@$at#1 $kind") words+=(again send open)
		done
		fake "${rules[@]}"
		run -0 plain file=m.eml to=a@x.example "${words[@]}" again send
		same "$count" "$(grep -cE '^a@x.example (temporary|unknown) ' <<<"$output")"
		same "$count" "$(grep -c '^open no' <<<"$output")"
		same "a@x.example accepted 250 2.0.0 taken as 1" "${lines[-1]}"
		same 1 "$(taken)"
	done
}

@test "a message too large for the buffers, cut on its way: nothing was taken, and that is known" {
	for kind in close reset 'bye 421 4.3.0 down' 'bye 552 5.3.4 enough' '552 5.3.4 enough'; do
		fake --size 0 --at "BODY@200000 $kind"
		run -0 plain made=50000000 to=a@x.example send open
		case $kind in
		*552*) want="permanent 552 5.3.4 enough" ;;
		*421*) want="temporary 421 4.3.0 down" ;;
		*) want="temporary 0 - " ;;
		esac
		[[ $output == "a@x.example $want"*"open no" ]]
		same 0 "$(taken)"
	done
}

@test "a server that takes nothing, or trickles, runs into the time limits" {
	fake --size 0 --at 'BODY@100000 stall'
	run -0 plain block=300 made=50000000 to=a@x.example send open
	same "a@x.example temporary 0 - 127.0.0.1:$PORT: time-out: the server takes nothing
open no"
	for step in CONNECT EHLO MAIL RCPT DATA; do
		fake --at "$step trickle"
		run plain greeting=300 command=300 to=a@x.example send
		[[ $output == *"127.0.0.1:$PORT: time-out: "* && $output != *unknown* ]]
	done
	fake --at 'DOT delay 2.2' # the transaction's limit ends with the dot
	run -0 plain transaction=2000 to=a@x.example send
	same "a@x.example accepted 250 2.0.0 taken as 1"
	fake --extensions HELP --at 'RCPT delay 0.2'
	run -0 plain transaction=500 to=a@x.example to=b@x.example to=c@x.example to=d@x.example send
	same 4 "$(grep -c 'temporary 0 - .*time-out' <<<"$output")"
	same 0 "$(taken)"
}

@test "hostile answers end the connection, in little memory" {
	for kind in endless many junk; do
		for step in CONNECT EHLO MAIL RCPT DATA NOOP; do
			fake --at "$step $kind"
			run lean "$PROBE" host=127.0.0.1 port="$PORT" security=none to=a@x.example noop send
			[ "$status" -ne 99 ]
			[[ $output == *"the server's answer is no SMTP: "* && $output != *accepted* ]]
		done
	done
}

@test "answers that nobody asked for are not taken for those that are waited for" {
	fake --at 'NOOP inject 250 2.0.0 ok'
	run -0 plain to=a@x.example noop send open
	same "noop ok
a@x.example temporary 0 - 127.0.0.1:$PORT: the server's answer to nothing makes no sense: 250 ok
open no"
	fake --at 'DATA inject 250 2.0.0 taken, really' --extensions HELP
	run -0 plain to=a@x.example send open
	same "a@x.example temporary 0 - 127.0.0.1:$PORT: the server's answer to half a message makes no sense: 250 taken, really
open no"
	same 0 "$(taken)"
}

@test "a server that hung up between two messages: nothing was sent, a new connection goes on" {
	fake --at 'NOOP bye 421 4.4.2 idle too long'
	run -75 plain to=a@x.example send noop
	[[ $output == *"the server says 421 4.4.2 idle too long" ]]
	fake --at 'MAIL#2 bye 421 4.4.2 idle too long'
	run -0 plain to=a@x.example send send open again send
	same "a@x.example accepted 250 2.0.0 taken as 1
a@x.example temporary 421 4.4.2 idle too long
open no
a@x.example accepted 250 2.0.0 taken as 2"
}

@test "one connection for a run of messages, put right after each that failed" {
	fake --at 'MAIL#2 451 4.3.0 later' --at 'RCPT#3 550 5.1.1 no' --at 'DATA#6 451 4.3.0 not now' --at 'DOT#3 554 5.7.1 spam'
	run -0 plain to=a@x.example send send send send send send send
	same "accepted 250
temporary 451
permanent 550
accepted 250
permanent 554
temporary 451
accepted 250" "$(cut -d' ' -f2,3 <<<"$output")"
	same 4 "$(grep -c RSET "$BATS_TEST_TMPDIR/commands")"
	same 1 "$(grep -c EHLO "$BATS_TEST_TMPDIR/commands")"
}

@test "a thousand recipients in groups of commands, and neither side waits for the other" {
	for ((i = 0; i < 1000; i++)); do words+=("to=u$i@x.example"); done
	fake --at 'RCPT/u77@ 550 5.1.1 no'
	run -0 plain "${words[@]}" send
	same 999 "$(grep -c accepted <<<"$output")"
	same "u77@x.example permanent 550 5.1.1 no" "$(grep -v accepted <<<"$output")"
	same 999 "$(jq '.to | length' "$BATS_TEST_TMPDIR/log")"
}
