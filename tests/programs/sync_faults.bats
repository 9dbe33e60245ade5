#!/usr/bin/env bats
# mailsync run under fire: whatever fails, wherever it is killed, the database ends as that of an undisturbed run.
# MAIL_TEST_FULL=1 tries each place; otherwise a sample of them. A leak sanitizer does not work under strace, so it is off there.
load lib
load gmail

# Two hundred messages, some of a fund's, with attachments, an answer and a draft among them.
mailbox() {
	contact add -q fund --name Firm --domain firm3.example
	mkdir box
	printf '%s\n' 'From: p@firm3.example' 'To: mara@harbor.example' 'Subject: Papers' 'Date: Thu, 19 Nov 2026 11:00:00 +0100' \
		'Message-ID: <papers@test.example>' 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=b' '' \
		'--b' 'Content-Type: text/plain' '' 'See the message attached.' '--b' 'Content-Type: application/pdf' \
		'Content-Disposition: attachment; filename=papers.pdf' '' 'bytes of papers' '--b--' > box/1.eml
	mail box/2.eml 'From: mara@harbor.example' 'In-Reply-To: <papers@test.example>' <<< 'Sent message'
	start_gmail --dir box --generate 198 --size 900
	cp -r "$MAILROOM_DATA_DIR" fresh
}

# again STATE: the data folder is as it was then.
again() { rm -rf "$MAILROOM_DATA_DIR"; cp -r "$1" "$MAILROOM_DATA_DIR"; }

# places FEW: how far apart the places are that are tried; 1 in a full test.
step() { if [ -n "${MAIL_TEST_FULL:-}" ]; then echo 1; else echo "$1"; fi; }

undisturbed() {
	mailsync run
	sql 'PRAGMA integrity_check' | grep -qx ok
	dump > wanted
	[ "$(grep -c ^message wanted)" -eq "$1" ]
}

# What a disturbed run left, after a run that ends well.
comes_out_right() {
	same ok "$(sql 'PRAGMA integrity_check')"
	# Runs that were cut off may be there; none still runs, and all that ended well add up.
	same '' "$(sql "SELECT * FROM email_sync_runs WHERE status = 'running' OR (status IN ('ok', 'partial') AND
		messages_seen <> messages_stored + messages_known + messages_failed + messages_skipped)")"
	dump > got
	diff -u wanted got
}

faults() {
	cat <<-'EOF'
		{"kind": "status", "status": 429}
		{"kind": "status", "status": 403, "reason": "userRateLimitExceeded"}
		{"kind": "status", "status": 500}
		{"kind": "status", "status": 503, "retry_after": 0}
		{"kind": "reset"}
		{"kind": "reset_after"}
		{"kind": "slow", "seconds": 0.3}
		{"kind": "cut"}
		{"kind": "garbage"}
		{"kind": "expire"}
	EOF
}

# strikes FAULT METHOD NTH [INNER]: one run with this fault; fails when it did not come to it.
strikes() {
	again fresh
	control '{"op": "clear_faults"}' > answer
	control '{"op": "reset_counters"}' > answer
	control "$(jq -cn --argjson f "$1" --arg m "$2" --argjson n "$3" --argjson i "${4:-false}" \
		'$f + {op: "fault", method: $m, nth: $n, inner: $i}')" > answer
	# What the token address answers may be final for a run (403, an answer that is none); the next one has another try.
	mailsync run || { [ "$2" = '*' ] && [ "$3" -eq 1 ] && mailsync run; } || echo failed > got
	[ "$(counters | jq .faults)" -gt 0 ]
}

@test "each kind of fault at each request" {
	undisturbed 200
	local fault n=0 tried=0
	while read -r fault; do
		# A different place for each kind in a sample; all of them in a full test.
		n=$(((n + 3) % 7))
		for ((nth = 1 + (n * ($(step 4) - 1)) / 4; ; nth += $(step 5))); do
			strikes "$fault" '*' "$nth" || break
			comes_out_right
			tried=$((tried + 1))
		done
	done < <(faults)
	echo "$tried"
	[ "$tried" -ge 10 ]
}

@test "faults of single messages within a batch" {
	undisturbed 200
	local fault nth
	for fault in '{"status": 429}' '{"status": 403, "reason": "rateLimitExceeded"}' '{"status": 500}' '{"status": 503}' \
		'{"kind": "drop"}' '{"kind": "garbage"}'; do
		for ((nth = 1; nth <= 200; nth += $(step 120))); do
			strikes "$fault" messages.get "$nth" true
			comes_out_right
		done
	done
}

@test "faults of single requests without batches" {
	export MAILROOM_GMAIL_BATCH=0
	undisturbed 200
	local fault nth=17
	while read -r fault; do
		for ((; nth <= 200; nth += $(step 180))); do
			strikes "$fault" messages.get "$nth"
			comes_out_right
		done
		nth=$(($(step 60) * 2))
	done < <(faults)
}

@test "a trouble that outlasts the tries ends the run, and the next one goes on" {
	undisturbed 200
	export MAILROOM_GMAIL_RETRY_MAX=0
	for nth in 1 2 3 4 5 6; do
		again fresh
		control '{"op": "clear_faults"}'
		control "{\"op\": \"fault\", \"kind\": \"status\", \"status\": 503, \"method\": \"*\", \"nth\": $nth, \"times\": 1000}"
		fails 75 mailsync run
		control '{"op": "clear_faults"}'
		# One message alone may have failed for the time being.
		mailsync run || mailsync retry -q
		mailsync retry -q
		comes_out_right
	done
}

# killed STATE CALLS N: from there, mailsync dies at its N-th system call of these; fails when it has fewer.
killed() {
	run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace="$2" -e inject="$2:signal=KILL:when=$3" mailsync run
	[ "$status" -ne 0 ]
}

@test "killed at any instant of a first capture, and run again" {
	undisturbed 200
	local n calls=pwrite64,fdatasync,renameat,recvfrom,sendto
	again fresh
	env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=$calls mailsync run
	all=$(wc -l < trace)
	for ((n = 3; n < all; n += $(step $((all / 12 + 1))))); do
		again fresh
		killed fresh $calls "$n" || true
		# And once more, a little further.
		killed fresh $calls $((n / 2 + 5)) || true
		mailsync run
		comes_out_right
	done
}

@test "killed at any instant of an increment and of a reconciliation, and run again" {
	mailsync run
	cp -r "$MAILROOM_DATA_DIR" later
	local ids n all
	mapfile -t ids < <(sql 'SELECT remote_id FROM email_account_messages ORDER BY 1 LIMIT 6')
	for n in 1 2 3 4; do mail "new$n.eml" "From: p@firm3.example" <<< "new message $n"; arrives "new$n.eml" > answer; done
	control "{\"op\": \"delete\", \"id\": \"${ids[0]}\"}" > answer
	control "{\"op\": \"relabel\", \"id\": \"${ids[1]}\", \"add\": [\"TRASH\"], \"remove\": [\"INBOX\"]}" > answer
	control "{\"op\": \"relabel\", \"id\": \"${ids[2]}\", \"add\": [\"STARRED\"], \"remove\": [\"UNREAD\"]}" > answer
	local calls=pwrite64,fdatasync,recvfrom
	for kind in increment reconcile; do
		if [ $kind = reconcile ]; then control '{"op": "forget_history"}' > answer; fi
		again later
		env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=$calls mailsync run
		all=$(wc -l < trace)
		dump > wanted
		for ((n = 2; n < all; n += $(step $((all / 6 + 1))))); do
			again later
			killed later $calls "$n"
			mailsync run
			comes_out_right
		done
	done
}

@test "a full disk ends the run, and with room again the next one goes on" {
	undisturbed 200
	local n all
	again fresh
	env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=pwrite64 mailsync run
	all=$(wc -l < trace)
	for n in 10 4 3 2; do
		again fresh
		run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=pwrite64 -e inject="pwrite64:error=ENOSPC:when=$((all / n))+" mailsync run
		[ "$status" -ne 0 ]
		mailsync run
		comes_out_right
	done
}

@test "two runs at once: one works, the other is told to come again" {
	undisturbed 200
	again fresh
	control '{"op": "clear_faults"}' > answer
	control '{"op": "fault", "kind": "slow", "seconds": 1, "method": "messages.list"}' > answer
	mailsync run &
	local first=$!
	# The second begins when the first has asked for the list.
	for _ in {1..200}; do
		if [ "$(counters | jq '.faults')" -gt 0 ]; then break; fi
	done
	fails 75 mailsync run
	wait $first
	comes_out_right
}

@test "the deadline ends a run between two messages, and the next one goes on" {
	undisturbed 200
	again fresh
	# With so small a quota the wait for it would go beyond the deadline: it is not begun.
	export MAILROOM_GMAIL_UNITS_PER_MIN=60 MAILROOM_SYNC_DEADLINE_MIN=1
	fails 75 timeout --foreground --preserve-status -s TERM 2 mailsync run
	same interrupted "$(sql 'SELECT status FROM email_sync_runs')"
	MAILROOM_GMAIL_UNITS_PER_MIN=2000000000 mailsync run
	comes_out_right
}
