bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"

# One Dovecot for all tests of this file: kay's INBOX has two messages, mara's three.
setup_file() {
	dovecot_start
	export DOVECOT_DIR DOVECOT_CA DOVECOT_IMAP DOVECOT_IMAPS DOVECOT_PID DOVECOT_TOKENS
	dovecot_fill kay "" 2
	dovecot_fill mara "" 3
}
teardown_file() { dovecot_stop; }

prepare() { PROBE=$BUILD/tools/imap_probe FAKE=; }
teardown() { fake_end; }
fake_end() { if [ -n "$FAKE" ]; then kill "$FAKE" 2>/dev/null; wait "$FAKE" 2>/dev/null || true; fi; FAKE=; }

# probe HOST PORT SECURITY WORD...: as kay with the password.
probe() { local host=$1 port=$2 security=$3; shift 3; timeout 60 "$PROBE" host="$host" port="$port" security="$security" ca="$DOVECOT_CA" user=kay password='secret word' "$@"; }
ssl() { probe localhost "$DOVECOT_IMAPS" ssl "$@"; }

# fake OPTION...: starts tests/fake/imap.py; its port is $PORT.
fake() {
	fake_end
	rm -f "$BATS_TEST_TMPDIR/port"
	python3 "$SOURCE/tests/fake/imap.py" "$@" >"$BATS_TEST_TMPDIR/port" 2>"$BATS_TEST_TMPDIR/fake.err" </dev/null 3>&- & FAKE=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2>/dev/null <"$BATS_TEST_TMPDIR/port"; then return 0; fi
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/fake.err"
	return 1
}
# lean COMMAND...: its exit status, or 99 when it took more than 100 MB of memory.
lean() {
	python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
sys.exit(99 if resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 100000 else status)' "$@"
}
plain() { probe 127.0.0.1 "$PORT" none idle=3000 "$@"; }

@test "Dovecot over TLS: folders with their use, messages, UIDs" {
	run -0 ssl folders
	same "folder Drafts drafts
folder INBOX -
folder Rubbish trash
folder Sent Things sent
folder Unwanted junk" "$(sort <<<"$output")"
	run -0 ssl select=INBOX list uids
	[[ $output == *"uidnext 3 exists 2 modseq yes"* ]]
	[[ $output == *"listed 2"*"uids 2 1:2" ]]
}

@test "what is fetched is what the mailbox holds, byte for byte" {
	run -0 ssl select=INBOX fetch
	want=$(for i in 1 2; do f=$(echo "$(dovecot_maildir kay "")"/cur/170000000$i.*); printf '%d found %d %.12s\n' $i "$(stat -c %s "$f")" "$(sha256sum <"$f")"; done)
	same "$want" "$(grep found <<<"$output")"
}

@test "nothing is marked as read" {
	probe localhost "$DOVECOT_IMAPS" ssl user=mara select=INBOX fetch header
	run -0 probe localhost "$DOVECOT_IMAPS" ssl user=mara select=INBOX list
	same 2 "$(grep -vc Seen <<<"$(grep @ <<<"${output//\[/@}")")"
}

@test "STARTTLS, and a password that is wrong" {
	run -0 probe localhost "$DOVECOT_IMAP" starttls select=INBOX uids
	[[ $output == *"uids 2 1:2" ]]
	run -77 probe localhost "$DOVECOT_IMAP" starttls password=nope select=INBOX
	same "error 77: localhost:$DOVECOT_IMAP: PLAIN: the server says NO: [AUTHENTICATIONFAILED] Authentication failed."
}

@test "certificates that are not trusted are refused, with the reason" {
	run -69 probe 127.0.0.2 "$DOVECOT_IMAPS" ssl select=INBOX
	same "error 69: 127.0.0.2:$DOVECOT_IMAPS: TLS: the certificate is not for 127.0.0.2 but for mail.other.example, *.third.example"
	run -69 probe 127.0.0.3 "$DOVECOT_IMAPS" ssl select=INBOX
	same "error 69: 127.0.0.3:$DOVECOT_IMAPS: TLS: the certificate expired on 2021-01-01 00:00 UTC"
	run -69 probe 127.0.0.4 "$DOVECOT_IMAPS" ssl select=INBOX
	same "error 69: 127.0.0.4:$DOVECOT_IMAPS: TLS: the certificate is self-signed"
	run -69 timeout 60 "$PROBE" port="$DOVECOT_IMAPS" security=ssl user=kay password=x select=INBOX
	same "error 69: localhost:$DOVECOT_IMAPS: TLS: the certificate's issuer is not one that this machine trusts"
	run -78 ssl ca=/nowhere select=INBOX
	same "error 78: localhost:$DOVECOT_IMAPS: the file of trusted certificates cannot be used: /nowhere"
}

@test "TLS below 1.2 is refused" {
	: > "$BATS_TEST_TMPDIR/s_server" # there before it is looked into
	openssl s_server -accept 127.0.0.1:0 -cert "$DOVECOT_DIR/certs/right.pem" -key "$DOVECOT_DIR/certs/right.key" -tls1_1 \
		-www -cipher ALL:@SECLEVEL=0 >"$BATS_TEST_TMPDIR/s_server" 2>&1 3>&- </dev/null & FAKE=$!
	for ((i = 0; i < 200; i++)); do
		PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/s_server")
		[ -z "$PORT" ] || break
		sleep 0.05
	done
	run -69 probe 127.0.0.1 "$PORT" ssl select=INBOX
	[[ $output == *"TLS: "* ]]
}

@test "STARTTLS and its certificate: what was sent before TLS is dropped" {
	fake --count 2 --starttls "$DOVECOT_DIR/certs/right.pem" "$DOVECOT_DIR/certs/right.key" --fault inject@STARTTLS
	run -0 probe localhost "$PORT" starttls has=INJECTED select=INBOX uids
	[[ $output == *"has INJECTED no"*"uids 2 1:2" ]]
}

@test "STARTTLS with a certificate for another host is refused" {
	fake --count 2 --starttls "$DOVECOT_DIR/certs/wrong.pem" "$DOVECOT_DIR/certs/wrong.key"
	run -69 probe localhost "$PORT" starttls select=INBOX
	[[ $output == *"not for localhost but for mail.other.example"* ]]
}

@test "without TLS only to this machine, unless forced" {
	run -0 probe 127.0.0.1 "$DOVECOT_IMAP" none select=INBOX
	run -77 probe 192.0.2.1 143 none select=INBOX
	same "error 77: 192.0.2.1:143: not encrypted, and that is allowed to this machine only: use ssl or starttls"
	run -75 probe 192.0.2.1 143 none anywhere=yes connect=100 select=INBOX
}

@test "wrong ports and hosts are told in words" {
	run -69 probe 127.0.0.1 "$DOVECOT_IMAP" ssl select=INBOX
	[[ $output == *"ssl and starttls have ports of their own"* ]]
	run -75 probe 127.0.0.1 1 ssl select=INBOX
	same "error 75: 127.0.0.1:1: nobody answers there: Connection refused"
	run -75 probe no-such-host.invalid 993 ssl select=INBOX
	[[ $output == "error 75: no-such-host.invalid:993: the name is not found: "* ]]
	run -78 probe localhost 99999 ssl select=INBOX
}

@test "OAuth with Dovecot: OAUTHBEARER, and a token that is not good" {
	run -0 timeout 60 "$PROBE" port="$DOVECOT_IMAPS" security=ssl ca="$DOVECOT_CA" user=kay@test.example token=good-token select=INBOX uids
	[[ $output == *"uids 2 1:2" ]]
	run -77 timeout 60 "$PROBE" port="$DOVECOT_IMAPS" security=ssl ca="$DOVECOT_CA" user=kay@test.example token=bad select=INBOX
	same "error 77: localhost:$DOVECOT_IMAPS: OAUTHBEARER: the server says NO: [AUTHENTICATIONFAILED] Authentication failed. (token: invalid_token)"
}

@test "OAuth: XOAUTH2 where that is all there is, with and without SASL-IR" {
	for words in "IMAP4rev1 SASL-IR AUTH=XOAUTH2" "IMAP4rev1 AUTH=XOAUTH2" "IMAP4rev1 AUTH=OAUTHBEARER"; do
		fake --token good --count 1 --capabilities "$words"
		run -0 timeout 60 "$PROBE" host=127.0.0.1 port="$PORT" security=none user=kay token=good select=INBOX uids
		run -77 timeout 60 "$PROBE" host=127.0.0.1 port="$PORT" security=none user=kay token=other select=INBOX
		[[ $output == *"the server says NO: [AUTHENTICATIONFAILED] no (token: 401)" ]]
	done
}

@test "LOGIN where PLAIN is not offered; the password is not told on" {
	fake --count 1 --capabilities IMAP4rev1
	run -0 plain select=INBOX uids
	same "uids 1 1" "$(tail -n 1 <<<"$output")"
	run -77 plain password='my"own secret' select=INBOX
	[[ $output != *own* ]]
}

@test "a changed UIDVALIDITY is seen" {
	run -0 probe localhost "$DOVECOT_IMAPS" ssl user=mara select=INBOX
	before=$(sed -n 's/^uidvalidity \([0-9]*\) .*/\1/p' <<<"$output")
	dir=$(dovecot_maildir mara "")
	sed -i "1s/ V$before / V$((before + 100)) /" "$dir/dovecot-uidlist"
	rm -f "$dir"/dovecot.index*
	run -0 probe localhost "$DOVECOT_IMAPS" ssl user=mara select=INBOX fetch
	[[ $output == "uidvalidity $((before + 100)) "* ]]
	same 3 "$(grep -c found <<<"$output")"
}

@test "changes of flags and what has vanished" {
	dovecot_fill kay Work 5
	run -0 ssl select=Work modseq
	modseq=${lines[1]}
	run -0 ssl select=Work changes="$modseq"
	same "listed 0" "${lines[1]}"
	dir=$(dovecot_maildir kay Work)
	f=$(echo "$dir"/cur/1700000002.*); mv "$f" "${f%:2,*}:2,FT"
	rm "$dir"/cur/1700000004.*
	run -0 ssl select=Work changes="$modseq" uids
	[[ $output == *"2 ["*Flagged*Deleted*"listed 1"* ]]
	[[ $output == *"uids 4 1:3,5" ]]
}

@test "folders with names in other scripts" {
	mkdir -p "$(dovecot_maildir kay "Entw&APw-rfe &- mehr")"/{cur,new,tmp}
	dovecot_own "$DOVECOT_DIR/mail"
	run -0 ssl folders
	[[ $output == *"folder Entwürfe & mehr -"* ]]
	run -0 ssl select="Entwürfe & mehr"
	run -66 ssl select="Nirgends"
	[[ $output == *"Nirgends: the server says NO: "* ]]
}

@test "10,000 messages: listed, their headers, and all of them" {
	dovecot_fill kay Many 10000
	run -0 ssl sum=1 select=Many list header fetch uids
	[[ $output == *"exists 10000"*"listed 10000"*"fetched 10000 bytes 10"*"uids 10000 1:10000" ]]
	bytes=$(cat "$(dovecot_maildir kay Many)"/cur/* | wc -c)
	same "fetched 10000 bytes $bytes" "$(grep fetched <<<"$output" | tail -n 1)"
}

@test "messages above the cap are not fetched, whatever their number in a batch" {
	run -0 probe localhost "$DOVECOT_IMAPS" ssl user=mara cap=200 batch=2 select=INBOX fetch
	same "1 too large " "$(grep '^1 ' <<<"$output")"
	same 3 "$(grep -cE 'found|too large' <<<"$output")"
}

@test "the time limits hold under TLS too" {
	fake --count 3 --tls "$DOVECOT_DIR/certs/right.pem" "$DOVECOT_DIR/certs/right.key" --fault stall@EXAMINE --fault trickle@EXAMINE
	run -75 probe localhost "$PORT" ssl idle=100 select=INBOX
	same "error 75: localhost:$PORT: time-out: no answer"
	run -75 probe localhost "$PORT" ssl limit=300 select=INBOX
	[[ $output == "error 75: localhost:$PORT: time-out: "* ]]
	run -0 probe localhost "$PORT" ssl select=INBOX
}

# each_step KIND STEP...: a server that misbehaves once at each step; sessions one after the other meet one fault each.
each_step() {
	local kind=$1 step faults=(); shift
	for step; do faults+=(--fault "$kind@$step"); done
	fake --count 3 --untold --capabilities "IMAP4rev1 AUTH=PLAIN" "${faults[@]}"
}
session() { plain "$@" folders select=INBOX uids fetch; }

@test "a connection cut at each step and inside a literal is an error, never an empty mailbox" {
	for kind in close cut bye; do
		each_step $kind CAPABILITY AUTHENTICATE LIST EXAMINE SEARCH FETCH
		for ((step = 1; step <= 6; step++)); do
			run -75 session
			[[ $output == *"error 75: "*"the server "*"the connection"* ]]
		done
		run -0 session
	done
	fake --count 3 --fault cut@5
	run -75 plain select=INBOX list fetch
	[[ $output == *"in the middle of a literal: 127.0.0.1:$PORT: the server has closed the connection" ]]
}

@test "NO and BAD at each step are told with the server's words" {
	for kind in no bad later; do
		each_step $kind CAPABILITY AUTHENTICATE LIST EXAMINE SEARCH FETCH
		for step in CAPABILITY AUTHENTICATE LIST EXAMINE SEARCH FETCH; do
			run session
			case $step-$kind in
			*-later) want=75 ;;
			AUTHENTICATE-no) want=77 ;;
			EXAMINE-no) want=66 ;;
			*) want=69 ;;
			esac
			[ "$status" -eq $want ]
			[[ $output == *"the server says "*": as the test wants it" || $output == *"come back later" ]]
		done
		run -0 session
	done
}

@test "a server that stalls at any step runs into the time limit" {
	each_step stall GREETING CAPABILITY AUTHENTICATE LIST EXAMINE SEARCH FETCH
	for ((step = 1; step <= 7; step++)); do
		run -75 session idle=100
		[[ $output == *"127.0.0.1:$PORT: time-out: no answer" ]]
	done
	run -0 session
}

@test "a server that never begins TLS, and one that trickles, run into the time limit" {
	fake --fault stall@GREETING
	run -75 probe 127.0.0.1 "$PORT" ssl connect=100 select=INBOX
	[[ $output == *"time-out: "* || $output == *"TLS: "* ]]
	fake --fault trickle@EXAMINE
	run -75 plain limit=300 select=INBOX
	[[ $output == *"time-out: "* ]]
}

@test "hostile answers end the connection, in little memory" {
	for kind in endless giant bomb junk; do
		each_step $kind GREETING LIST EXAMINE FETCH
		for ((step = 1; step <= 4; step++)); do
			run -69 lean "$PROBE" host=127.0.0.1 port="$PORT" security=none user=kay password='secret word' idle=3000 \
				folders select=INBOX list fetch
			[[ $output == *"the server's answer is no IMAP: "* ]]
		done
	done
}

@test "a literal of 300 MB that nobody wanted is read past in little memory" {
	fake --count 3 --fault large@5
	run -0 lean "$PROBE" host=127.0.0.1 port="$PORT" security=none user=kay password='secret word' idle=3000 select=INBOX list fetch
	[[ $output == *"1 too large "*"2 found "*"3 found "* ]]
}

@test "answers that come twice or were not asked for are counted once" {
	fake --count 3 --fault twice@5
	run -0 plain batch=1 select=INBOX list fetch
	same "1 2 3" "$(grep found <<<"$output" | cut -d' ' -f1 | xargs)"
}
