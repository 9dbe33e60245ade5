#!/usr/bin/env bats
# digest-send, killed: at random instants and at each of its system calls, against the server of tests/fake/smtp.py and Debian's Postfix,
# and twice at once. What the server got is then what the database says (send_compare.py). Here a sample; MAIL_TEST_FULL=1 makes all.
bats_require_minimum_version 1.5.0
load lib
. "$MAILROOM_SOURCE/tests/servers/dovecot.bash"
. "$MAILROOM_SOURCE/tests/servers/postfix.bash"

MESSAGES=4

prepare() {
	SERVER='' NEXT=1
	export MAILROOM_LIVE=true MAILROOM_MAX_PER_RUN=0 MAILROOM_MAX_PER_DAY=0
	account add -q mara@harbor.example
}
teardown() {
	stop
	if [ -n "${POSTFIX_DIR-}" ]; then postfix_stop; fi
	if [ -n "${DOVECOT_DIR-}" ]; then dovecot_stop; fi
}
stop() { if [ -n "$SERVER" ]; then kill "$SERVER" 2> /dev/null; wait "$SERVER" 2> /dev/null || true; SERVER=; fi; }

# server OPTION...: starts the fake, and mara's account there.
server() {
	stop
	: > port
	: > log
	python3 "$SOURCE/tests/fake/smtp.py" --log log "$@" > port 2> server.err < /dev/null 3>&- & SERVER=$!
	for ((i = 0; i < 200; i++)); do
		if read -r PORT 2> /dev/null < port; then break; fi
		sleep 0.05
	done
	account smtp -q mara@harbor.example --host 127.0.0.1 --port "$PORT" --security none --auth none
	enable
}
enable() { sql 'UPDATE email_smtp_settings SET is_enabled = 1, disabled_why = NULL'; }

# fill [DOMAIN]: a few messages more are ready.
fill() {
	"$BUILD/tools/outbox_fill" mara@harbor.example "${1-study.example}" "$NEXT" "$MESSAGES" "${BYTES-500}"
	NEXT=$((NEXT + MESSAGES))
}
agrees() { python3 "$SOURCE/tests/programs/send_compare.py" "$DB" log; }

# A run that is not killed clears up and sends the rest; then books and server agree, and nothing is left to do.
clear_up() {
	digest-send --live > rest.out 2>&1 || [ $? -eq 1 ]
	"$@" || { cat rest.out; return 1; }
	same 0 "$(sql "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'unknown')")"
}

# measure [DOMAIN]: SPAN is how many milliseconds a whole run takes.
measure() {
	local from
	fill "$@"
	from=$(date +%s%N)
	digest-send --live
	SPAN=$((($(date +%s%N) - from) / 1000000 + 1))
}

# random_kills COUNT COMPARE [DOMAIN]
random_kills() {
	local n status kills=0 ms
	RANDOM=${MAIL_TEST_SEED-$$}
	measure ${3+"$3"}
	echo "seed ${MAIL_TEST_SEED-$$}, $SPAN ms"
	for ((n = 0; n < $1; n++)); do
		fill ${3+"$3"}
		status=0 ms=$((RANDOM * SPAN / 32768 + 1))
		timeout -s KILL "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))" digest-send --live > /dev/null 2>&1 || status=$?
		[ "$status" -ne 137 ] || kills=$((kills + 1))
		"$2"
		clear_up "$2"
	done
	echo "$kills of $1 were killed: $("$2")" | tee -a "${MAIL_TEST_REPORT-/dev/null}"
	[ "$kills" -gt $(($1 / 4)) ]
}

@test "killed at random instants, no message goes out twice" {
	server --at 'MAIL delay 0.002' --at 'DATA delay 0.002' --at 'DOT delay 0.004'
	random_kills "$([ -n "${MAIL_TEST_FULL-}" ] && echo 300 || echo 40)" agrees
	# some of them in the window where only the server knows
	[ "$(sql "SELECT count(*) FROM outbox WHERE state = 'sent'")" -gt 0 ]
}

@test "killed while servers break off, no message goes out twice" {
	server --at 'DOT#3 lose' --at 'DOT#9 close' --at 'DOT#17 451 4.3.0 later' --at 'BODY@200#7 reset' --at 'RCPT#11 450 4.7.1 grey' \
		--at 'DOT#23 lose' --at 'QUIT close' --at 'DOT delay 0.004'
	for ((n = 0; n < 8; n++)); do
		fill
		timeout -s KILL "0.0$((RANDOM % 90 + 10))" digest-send --live > /dev/null 2>&1 || true
		agrees
	done
	for later in 09:10 09:30 10:30 13:00; do
		MAILROOM_NOW=2026-11-20T$later:00+01:00 digest-send --live > rest.out 2>&1 || [ $? -eq 1 ]
		agrees
	done
	same 0 "$(sql "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'unknown')")"
}

@test "the comparison finds what is wrong" {
	server
	fill
	digest-send --live
	same "sent 4" "$(agrees)"
	sql "UPDATE outbox_recipients SET state = 'deferred' WHERE address = 'p1@study.example'"
	fails 1 agrees
	[[ $output == 'p1@study.example: the database says deferred, the server got it 1 times'* ]]
	sql "UPDATE outbox_recipients SET state = 'sent' WHERE address = 'p1@study.example'"
	cp log once
	head -n 1 once >> log
	fails 1 agrees
	[[ $output == 'p1@study.example: the database says sent, the server got it 2 times'* ]]
	sed 1d once > log
	fails 1 agrees
}

# killed CALL N: the run dies at its N-th system call of this name; fails when it has fewer.
killed() {
	local status=0
	strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2" digest-send --live > /dev/null 2>&1 || status=$?
	[ "$status" -eq 137 ]
}

@test "killed at each step, no message goes out twice" {
	command -v strace > /dev/null || skip "strace is not installed"
	export ASAN_OPTIONS=detect_leaks=0
	local step=9 kills=0 n MESSAGES=2
	[ -z "${MAIL_TEST_FULL-}" ] || step=1
	server
	for call in openat write pwrite64 fdatasync fsync ftruncate sendto recvfrom read close; do
		n=$((step / 2 + 1))
		while fill; killed "$call" "$n"; do
			kills=$((kills + 1)) n=$((n + step))
			agrees
			clear_up agrees
		done
		clear_up agrees
	done
	echo "$kills kills: $(agrees)" | tee -a "${MAIL_TEST_REPORT-/dev/null}"
	[ "$kills" -gt 20 ]
}

@test "twice at once, no message goes out twice" {
	local MESSAGES=20 status pids
	server --at 'DOT delay 0.002'
	for _ in 1 2 3; do
		fill
		pids=() status=()
		for _ in 1 2 3 4; do digest-send --live > /dev/null 2>&1 & pids+=($!); done
		for pid in "${pids[@]}"; do code=0; wait "$pid" || code=$?; status+=("$code"); done
		echo "${status[*]}"
		for code in "${status[@]}"; do [ "$code" -eq 0 ] || [ "$code" -eq 75 ]; done
		clear_up agrees
	done
	same "sent 60" "$(agrees)"
}

@test "a run of messages takes one connection" {
	local MESSAGES=25
	server
	fill
	digest-send --live
	same "sent 25" "$(agrees)"
	same 1 "$(jq -s 'map(.connection) | unique | length' log)"
	same "$(sql "SELECT lower(hex(sha256)) FROM outbox ORDER BY id")" "$(jq -r .sha256 log)"
}

@test "SIGTERM ends a run after the message at hand" {
	local MESSAGES=50 status=0
	server --at 'DOT delay 0.02'
	fill
	digest-send --live 2> stopped.err & pid=$!
	until [ -s log ]; do kill -0 "$pid"; done
	kill -TERM "$pid"
	wait "$pid" || status=$?
	same "75 digest-send: warning: nothing more was sent: a signal asked for it" "$status $(cat stopped.err)"
	agrees
	same "ready sent" "$(sql "SELECT group_concat(state, ' ') FROM (SELECT DISTINCT state FROM outbox ORDER BY state)")"
	digest-send --live
	same "sent 50" "$(agrees)"
}

@test "a test mail says how it went" {
	server
	sql "INSERT INTO users (id, name, role, created_at) VALUES (1, 'Mara', 'admin', 1); INSERT INTO user_addresses (user_id, address, is_primary) VALUES (1, 'mara@harbor.example', 1)"
	same "digest-send: outbox 1: sent by smtp, 127.0.0.1:$PORT" "$(digest-send test-email mara@harbor.example --live 2>&1)"
	same '["mara@harbor.example"]' "$(jq -c .to log)"
}

# After what happened to the 4 messages of a run, the state of the first.
@test "what a server does to the first message is on record, and the others go" {
	local action wanted BYTES
	MESSAGES=3
	while IFS='|' read -r action wanted BYTES; do
		echo "$action"
		server --at "$action"
		sql "DELETE FROM send_attempts; DELETE FROM outbox_recipients; DELETE FROM outbox; DELETE FROM participants"
		NEXT=1
		fill
		digest-send --live > out 2>&1 || [ $? -eq 1 ]
		same "$wanted" "$(sql "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox ORDER BY id)") $(sql "SELECT is_enabled FROM email_smtp_settings")"
		agrees
	done <<-'EOF2'
		RCPT#1 550 5.1.1 no such user|failed sent sent 1|500
		RCPT#1 451 4.7.1 later|deferred sent sent 1|500
		DATA#1 554 5.6.0 no|failed sent sent 1|500
		DOT#1 554 5.7.1 spam|failed sent sent 1|500
		DOT#1 451 4.3.0 busy|deferred sent sent 1|500
		DOT#1 lose|unknown sent sent 1|500
		DOT#1 close|unknown sent sent 1|500
		BODY@100#1 close|deferred sent sent 1|8000000
		MAIL#1 550 5.7.1 you may not|ready ready ready 0|500
		CONNECT close|deferred ready ready 1|500
		CONNECT 421 4.3.2 busy|deferred ready ready 1|500
	EOF2
}

discard_got() {
	local i
	# Postfix has taken a message over once cleanup has queued it; its delivery follows.
	for ((i = 0; i < 200; i++)); do
		[ "$(grep -c 'qmgr.*: from=<.*queue active' "$POSTFIX_DIR/log")" -gt "$(grep -c 'qmgr.*: removed' "$POSTFIX_DIR/log")" ] || break
		sleep 0.05
	done
	python3 "$SOURCE/tests/programs/send_compare.py" --postfix "$DB" "$POSTFIX_DIR/log"
}

@test "killed at random instants in front of Postfix, no message goes out twice" {
	postfix_possible || skip "Postfix cannot be started here"
	postfix_ports
	dovecot_start
	postfix_start
	account smtp -q mara@harbor.example --host localhost --port "$POSTFIX_PORT" --security starttls --user kay \
		--ca-file "$DOVECOT_CA" --password-stdin <<< 'secret word'
	enable
	random_kills "$([ -n "${MAIL_TEST_FULL-}" ] && echo 300 || echo 15)" discard_got discard.example
}
