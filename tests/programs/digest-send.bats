# digest-send: the checks before anything leaves, the outbox by hand, and runs that keep all mail on this machine (simulation).
load lib

prepare() {
	OUTBOX=$MAILROOM_DATA_DIR/outbox
	sqlite3 "$DB" < "$SOURCE/tests/fixtures/digest/day.sql"
	digest-build team
	SIZE=$(stat -c %s "$OUTBOX/1.eml")
}

SUBJECT='Team digest, Thursday 19 November 2026: 5 in, 2 out'

# refused WORDS...: a dry run exits 1 and says each of these words.
refused() {
	local words
	fails 1 digest-send
	for words; do [[ $output == *"$words"* ]] || { echo "not said: $words; but: $output"; return 1; }; done
}

@test "what is ready would be sent, to whom and how" {
	run digest-send
	[ "$status" -eq 0 ]
	same "outbox 1: would send \"$SUBJECT\" to ben@harbor.example, mara@harbor.example ($SIZE bytes; transport: simulation)"
	same '1 [] simulation' "$(digest-send --json | jq -r '.messages[] | "\(.id) \(.problems) \(.transport)"')"
	same ready "$(sql "SELECT state FROM outbox")"
}

@test "an empty outbox is silent" {
	digest-send discard 1
	run digest-send
	same "0 " "$status $output"
}

@test "a changed file is refused" {
	sed -i 's/Term sheet/Term shell/' "$OUTBOX/1.eml"
	refused "would refuse \"$SUBJECT\"" 'its SHA-256 is another one'
	echo >> "$OUTBOX/1.eml"
	refused 'was changed: it has'
	rm "$OUTBOX/1.eml"
	refused 'No such file'
	cp /etc/passwd other; ln -s "$PWD/other" "$OUTBOX/1.eml"
	refused 'symbolic link'
	rm "$OUTBOX/1.eml"; mkfifo "$OUTBOX/1.eml"
	refused 'no plain file'
	same 1 "$(digest-send --json | jq '.messages[0].problems | length')"
}

@test "a file that fits its row but not the wire is refused" {
	printf 'Subject: x\n\nbare line ends\n' > "$OUTBOX/1.eml"
	sql "UPDATE outbox SET size_bytes = $(stat -c %s "$OUTBOX/1.eml"), sha256 = x'$(sha256sum < "$OUTBOX/1.eml" | cut -d ' ' -f 1)'"
	refused 'a line that mail servers do not take'
}

@test "recipients are those of this moment, or it is refused" {
	sql "UPDATE users SET role = 'member' WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more: build it again'
	sql "UPDATE users SET role = 'admin', active = 0 WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more'
	sql "UPDATE users SET active = 1, deleted_at = 1 WHERE id = 2"
	refused 'ben@harbor.example is no active admin any more'
	sql "UPDATE users SET deleted_at = NULL WHERE id = 2; UPDATE users SET role = 'admin' WHERE id = 3"
	refused 'cleo@harbor.example is an active admin now and would not get it: build it again'
	digest-build team
	digest-send
}

@test "control characters and missing recipients are refused" {
	sql "UPDATE outbox SET subject = 'x' || char(10) || 'Bcc: x@y.example'"
	refused 'the subject holds a control character'
	sql "UPDATE outbox SET subject = 'x'; DELETE FROM outbox_recipients"
	refused 'it has no recipients'
}

@test "a dry run of one message says when its state or a limit would keep it" {
	MAILROOM_MAX_PER_RUN=1 refused 'outbox 1: would refuse' 'it has 2 recipients, MAILROOM_MAX_PER_RUN allows 1'
	digest-send --id 1
	digest-send hold 1
	fails 1 digest-send --id 1
	[[ $output == *'would refuse'*'it is held: `digest-send release` lets it go' ]]
	digest-send release 1
	MAILROOM_LIVE=true digest-send --live -q
	fails 1 digest-send --id 1
	[[ $output == *'would refuse'*'it is simulated: --transport NAME tries another way' ]]
	digest-send --id 1 --transport simulation
	digest-send discard 1
	fails 1 digest-send --id 1 --json
	same '["it is discarded"]' "$(jq -c '.messages[0].problems' <<< "$output")"
}

@test "one refused message does not hide the others" {
	digest-build team --date 2026-11-18
	echo >> "$OUTBOX/1.eml"
	fails 1 digest-send
	[[ $output == *'outbox 1: would refuse'*'outbox 2: would send'* ]]
}

# live ARGUMENT...: a run that may send; what it does is in the database.
live() { MAILROOM_LIVE=true digest-send --live "$@"; }
states() { sql "SELECT state FROM outbox ORDER BY id" | paste -sd ' '; }

@test "--live is refused where the settings forbid it" {
	fails 77 digest-send --live
	[[ $output == *'MAILROOM_LIVE is false'* ]]
	same ready "$(states)"
	MAILROOM_LIVE=true digest-send --live -n
	same ready "$(states)"
}

@test "without any transport set up a run simulates, and says so" {
	run live
	same "0 digest-send: warning: outbox 1: simulated only, since no transport is set up for mara@harbor.example (digest-send explain 1)" \
		"$status $output"
	cmp "$OUTBOX/1.eml" "$OUTBOX/simulated/1.eml"
	same simulated "$(states)"
	same "ben@harbor.example simulated 1 simulation|mara@harbor.example simulated 1 simulation" \
		"$(sql "SELECT recipient || ' ' || status || ' ' || attempt || ' ' || transport FROM send_attempts ORDER BY id" | paste -sd '|')"
	# the next run has nothing to do, and is silent; and so is one that was asked to simulate
	run live
	same "0 " "$status $output"
	digest-build team
	MAILROOM_TRANSPORT=simulation run live
	same "0 " "$status $output"
}

@test "each attempt is a line of the log, which is the owner's alone" {
	live -q
	same '2 600' "$(wc -l < "$OUTBOX/send_log.jsonl") $(stat -c %a "$OUTBOX/send_log.jsonl")"
	same "1 1 ben@harbor.example simulated $(sha256sum < "$OUTBOX/1.eml" | cut -d ' ' -f 1) $SIZE 2026-11-20T08:00:00Z" \
		"$(head -n 1 "$OUTBOX/send_log.jsonl" | jq -r '"\(.outbox_id) \(.attempt) \(.recipient) \(.status) \(.sha256) \(.size_bytes) \(.rendered_at)"')"
	rm "$OUTBOX/send_log.jsonl"; ln -s "$PWD/elsewhere" "$OUTBOX/send_log.jsonl"
	digest-build team
	fails 71 live
	[ ! -e elsewhere ]
	same 'discarded ready' "$(states)"
}

@test "a message carries its token, and headers of automatic mail" {
	token=$(sql "SELECT token FROM outbox")
	[[ $token =~ ^mr1\.1\.[0-9a-f]{32}$ ]]
	for header in "X-Mailroom-Message-ID: $token" 'List-Id: Team digest <team-digest.harbor.example>' \
		'Auto-Submitted: auto-generated' 'X-Auto-Response-Suppress: All'; do
		grep -qxF "$header"$'\r' "$OUTBOX/1.eml"
	done
}

@test "a refused message stays as it is, and the run exits 1" {
	echo >> "$OUTBOX/1.eml"
	fails 1 live
	[[ $output == *'outbox 1: refused: '*'was changed'* ]]
	same 'ready 0' "$(states) $(sql "SELECT count(*) FROM send_attempts")"
	digest-build team
	sed -i 's/Term sheet/Term shell/' "$OUTBOX/2.eml"
	fails 1 live
	[[ $output == *"$(sha256sum < "$OUTBOX/2.eml" | cut -d ' ' -f 1)"*"$(sql "SELECT lower(hex(sha256)) FROM outbox WHERE id = 2")"*'build it again'* ]]
}

@test "the limits of a run and of a day hold back whole messages" {
	for day in 17 18; do digest-build team --date 2026-11-$day; done
	MAILROOM_MAX_PER_RUN=1 fails 1 live
	[[ $output == *'it has 2 recipients, MAILROOM_MAX_PER_RUN allows 1'* ]]
	fails 64 digest-send --max none
	same 'ready ready ready' "$(states)"
	# what is simulated is not counted, what was sent today is; local days
	live -q --id 1
	sql "UPDATE send_attempts SET status = 'sent', started_at = unixepoch('2026-11-19 23:30')"
	MAILROOM_MAX_PER_DAY=3 fails 75 live -q
	MAILROOM_MAX_PER_DAY=3 fails 75 live
	[[ $output == *'MAILROOM_MAX_PER_DAY is reached'* ]]
	same 'simulated ready ready' "$(states)"
	sql "UPDATE send_attempts SET started_at = unixepoch('2026-11-19 22:30')"
	MAILROOM_MAX_PER_DAY=3 live -q
	same 'simulated simulated simulated' "$(states)"
}

@test "the stop file ends a run before the next message, with its reason" {
	printf 'moving house\nsecond line\n' > "$OUTBOX/STOP"
	refused 'outbox 1: would send' "warning: nothing would be sent: $OUTBOX/STOP is there: moving house"
	same "$OUTBOX/STOP is there: moving house" "$(digest-send --json 2> /dev/null | jq -r .stopped)"
	digest-send --kind test
	fails 75 live
	[[ $output == *'STOP is there: moving house'* && $output != *'second line'* ]]
	same ready "$(states)"
	mv "$OUTBOX/STOP" elsewhere
	MAILROOM_STOP_FILE=$PWD/elsewhere fails 75 live
	# whether it is there cannot be told
	ln -s round round
	MAILROOM_STOP_FILE=$PWD/round/STOP fails 75 live
	[[ $output == *'round/STOP: Too many levels of symbolic links, so that it may be there' ]]
	live -q
	same simulated "$(states)"
}

@test "a disk without room is called so, and nothing goes out" {
	# no file may grow
	fails 74 bash -c 'trap "" XFSZ; ulimit -f 0; MAILROOM_LIVE=true digest-send --live'
	[[ $output == *"$DB: read the schema version: disk I/O error: File too large" ]]
	same ready "$(states)"
	live -q
	same simulated "$(states)"
}

@test "one run at a time" {
	exec 9> "$OUTBOX/send.lock"
	flock 9
	fails 75 live
	[[ $output == *'another run is at work'* ]]
	fails 75 digest-send resolve 1 --sent
	same ready "$(states)"
}

@test "what is stale is not sent" {
	sql "UPDATE outbox SET created_at = period_end"
	MAILROOM_NOW=2026-11-21T00:00:00+01:00 fails 1 live
	[[ $output == *'outbox 1: expired: was not sent while it was fresh'* ]]
	same expired "$(states)"
	# built late it has as long again, and one that expired may be built again
	MAILROOM_NOW=2026-11-21T00:00:00+01:00 digest-build team --date 2026-11-19
	MAILROOM_NOW=2026-11-21T23:59:59+01:00 live -q
	same 'discarded simulated' "$(states)"
}

@test "--id, --kind and --transport choose" {
	digest-build team --date 2026-11-18
	live -q --id 2
	same 'ready simulated' "$(states)"
	live --kind participant
	same 'ready simulated' "$(states)"
	fails 1 live --id 2
	[[ $output == *'outbox 2: refused: it is simulated: --transport NAME tries another way'* ]]
	live -q --id 2 --transport simulation
	same 2 "$(sql "SELECT attempts FROM outbox WHERE id = 2")"
	fails 64 live --transport smtp
	fails 64 live --id 1 --transport pigeon
	fails 64 live --kind fan
	fails 66 live --id 9
	digest-send hold 1
	fails 1 live --id 1
	[[ $output == *'it is held: `digest-send release` lets it go'* ]]
	digest-send explain 1 | grep -q '^  takes it    simulation: nothing leaves'
	same "gmail by delegation|smtp|gmail by its own login|postmark|simulation" \
		"$(digest-send explain 1 --json | jq -r '[.transports[] | .name + (if .detail then " " + .detail else "" end)] | join("|")')"
	same simulation "$(digest-send explain 1 --json | jq -r .transport)"
	fails 66 digest-send explain 9
}

@test "a server that is switched off is waited for, and nothing else steps in" {
	account add -q mara@harbor.example
	account smtp -q mara@harbor.example --host 127.0.0.1 --port 9 --security none --auth none
	fails 1 digest-send
	[[ $output == *'would keep'*'transport: smtp)'*'waits: '*'is off: not tested'* ]]
	fails 1 live
	[[ $output == *'outbox 1: waiting: smtp: '*'is off: not tested'* ]]
	same 'ready 0' "$(states) $(sql "SELECT count(*) FROM send_attempts")"
	digest-send explain 1 | grep -q '^  waits       smtp: '
	digest-send explain 1 | grep -q '^  not asked   simulation: smtp comes before it'
	MAILROOM_TRANSPORT=postmark fails 1 live
	[[ $output == *'no transport is set up for mara@harbor.example'* ]]
	# a person may say so
	live -q --id 1 --transport simulation
	same simulated "$(states)"
	account smtp -q --remove mara@harbor.example
	digest-build team
	live -q
	same 'discarded simulated' "$(states)"
}

@test "a message that a killed run left is cleared up: simulated ones are looked up" {
	sql "INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes, rendered_at, started_at, status)
		SELECT 1, 1, address, 'simulation', 'x', x'00', 1, 1, unixepoch('2026-11-20 07:59'), 'sending' FROM outbox_recipients;
		UPDATE outbox SET state = 'sending', attempts = 1; UPDATE outbox_recipients SET state = 'sending'"
	fails 77 digest-send discard 1
	fails 77 digest-send resolve 1 --sent
	fails 77 digest-build team
	# it was not simulated: the look says so, and it is done now
	fails 1 live
	[[ $output == *'outbox 1: unknown: the run ended before it noted an answer'* ]]
	same "simulated 2" "$(states) $(sql "SELECT attempts FROM outbox")"
	same "deferred the run ended before it noted an answer; looked up: it was not sent" \
		"$(sql "SELECT status || ' ' || words FROM send_attempts WHERE attempt = 1 LIMIT 1")"
	# and this one was
	sql "UPDATE outbox SET state = 'sending'; UPDATE outbox_recipients SET state = 'sending'; UPDATE send_attempts SET status = 'sending' WHERE attempt = 2"
	fails 1 live -q
	same "simulated 2" "$(states) $(sql "SELECT attempts FROM outbox")"
}

# unknown: message 1 was given to an SMTP server, which said nothing.
unknown() {
	sql "INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes, rendered_at, started_at, status)
		SELECT 1, 1, address, 'smtp', 'x', x'00', 1, 1, unixepoch('2026-11-20 07:59'), 'unknown' FROM outbox_recipients;
		UPDATE outbox SET state = 'unknown', attempts = 1; UPDATE outbox_recipients SET state = 'unknown'"
}

@test "what nobody can look up waits for a person" {
	unknown
	live
	same unknown "$(states)"
	fails 1 live --id 1
	[[ $output == *'it is unknown: `digest-send resolve` decides'* ]]
	fails 77 digest-build team
	fails 64 digest-send resolve 1
	fails 64 digest-send resolve 1 --sent --retry
	fails 66 digest-send resolve 9 --sent
	digest-send resolve 1 --sent -n
	same unknown "$(states)"
	digest-send resolve 1 --sent
	same "sent sent" "$(states) $(sql "SELECT group_concat(DISTINCT status) FROM send_attempts")"
	same "$(id -un) says that it was sent" "$(sql "SELECT DISTINCT words FROM send_attempts")"
	fails 77 digest-send resolve 1 --retry
	fails 77 digest-build team
}

@test "a person may have what is unknown sent again, a setting team digests" {
	unknown
	digest-send resolve 1 --retry
	same ready "$(states)"
	live -q
	same "simulated 2" "$(states) $(sql "SELECT attempts FROM outbox")"
	sql "DELETE FROM send_attempts"
	unknown
	MAILROOM_RETRY_UNKNOWN_TEAM=true live -q
	same "simulated 2" "$(states) $(sql "SELECT attempts FROM outbox")"
}

@test "participant updates go to that active participant at that address" {
	sql "INSERT INTO participants (id, did, email, created_at, updated_at, status_changed_at, email_changed_at) VALUES (7, 'did:7', 'Pat@Study.example', 1, 1, 1, 1);
		DELETE FROM outbox_recipients; UPDATE outbox SET kind = 'participant', expires_at = unixepoch('2026-11-20 22:00');
		INSERT INTO outbox_recipients (outbox_id, address, participant_id) VALUES (1, 'pat@study.example', 7)"
	digest-send
	sql "UPDATE participants SET status = 'unsubscribed'"
	refused 'pat@study.example is no active participant any more'
	sql "UPDATE participants SET status = 'active', deleted_at = 5"
	refused 'pat@study.example is no active participant any more'
	sql "UPDATE participants SET deleted_at = NULL, email = 'pat@elsewhere.example'"
	refused "pat@study.example is not the participant's address any more"
	fails 1 live
	same ready "$(states)"
	sql "UPDATE outbox_recipients SET participant_id = NULL"
	refused 'pat@study.example is no participant'
}

@test "what is released goes at once, also when it was deferred before" {
	sql "UPDATE outbox SET state = 'deferred', attempts = 1, next_try_at = unixepoch('2026-11-20 12:00'); UPDATE outbox_recipients SET state = 'deferred'"
	live
	same deferred "$(states)"
	digest-send show 1 | grep -q '^  1 attempt, next try at 2026-11-20 13:00$'
	digest-send hold 1
	live
	same held "$(states)"
	digest-send release 1
	live -q
	same simulated "$(states)"
}

@test "status has the attempts, newest first" {
	digest-build team --date 2026-11-18
	live -q
	same "2.1 mara@harbor.example|2.1 ben@harbor.example|1.1 mara@harbor.example|1.1 ben@harbor.example" \
		"$(digest-send status | awk '{print $3, $5}' | paste -sd '|')"
	same 1 "$(digest-send status --limit 1 | wc -l)"
	same "2 1" "$(digest-send status --to BEN@harbor.example --json | jq -r '[.attempts[].outbox_id] | join(" ")')"
	same "" "$(digest-send status --to x@y.example)"
	fails 64 digest-send status --limit x
	fails 64 digest-send status --to nobody
}

@test "test-email goes to active admins only, through the outbox" {
	same "would send a test from mara@harbor.example to ben@harbor.example; transport: simulation: nothing leaves: the message is kept in the outbox, in the folder simulated" \
		"$(digest-send test-email ben@harbor.example)"
	fails 77 digest-send test-email ben@harbor.example --live
	MAILROOM_LIVE=true digest-send test-email BEN@harbor.example --live -q --from ops@harbor.example
	same "test ops@harbor.example simulated ben@harbor.example" \
		"$(sql "SELECT kind, from_address, outbox.state, address FROM outbox JOIN outbox_recipients ON outbox_id = id WHERE id = 2" | tr '|' ' ')"
	grep -q '^To: ben@harbor.example' "$OUTBOX/simulated/2.eml"
	grep -q '^List-Id: Mailroom tests <test.harbor.example>' "$OUTBOX/simulated/2.eml"
	same ready "$(sql "SELECT state FROM outbox WHERE id = 1")"
	for who in cleo@harbor.example kay@northwind.example nobody; do
		MAILROOM_LIVE=true fails 77 digest-send test-email "$who" --live
	done
	MAILROOM_LIVE=true fails 65 digest-send test-email ben@harbor.example --live --from 'a@b.example, c@d.example'
	same 2 "$(sql "SELECT count(*) FROM outbox")"
}

@test "an outbox of the version before loses nothing" {
	rm "$DB"*
	for step in 1 2 3 4 5 6 7; do sqlite3 "$DB" < "$(echo "$SOURCE"/sql/migrations/000${step}_*.sql)"; done
	sql "PRAGMA user_version = 7; PRAGMA application_id = 0x4d4c524d;
		INSERT INTO users (id, name, role, created_at) VALUES (4, 'Ben', 'admin', 1);
		INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes, created_at, updated_at)
			SELECT value, 'team', 'team:' || value, CASE value WHEN 1 THEN 'held' WHEN 2 THEN 'discarded' ELSE 'ready' END, 'S' || value,
				'a@b.example', 'm' || value, value, value + 9, randomblob(32), 100 + value, 1000 + value, 2000 + value
			FROM json_each('[1, 2, 3]');
		INSERT INTO outbox_recipients (outbox_id, address, user_id) SELECT value, 'ben@b.example', 4 FROM json_each('[1, 2, 3]')"
	columns='id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, hex(sha256), size_bytes, created_at, updated_at'
	sql "SELECT $columns FROM outbox" > before
	mailroom migrate -q
	same "$(cat before)" "$(sql "SELECT $columns FROM outbox")"
	same 'ben@b.example 4 waiting' "$(sql "SELECT DISTINCT address || ' ' || user_id || ' ' || state FROM outbox_recipients")"
	same '0 |0 |3' "$(sql "SELECT attempts || ' ' || coalesce(token, '') || '|' || attempts || ' ' || coalesce(next_try_at, '') || '|' || (SELECT count(*) FROM outbox_recipients) FROM outbox LIMIT 1")"
	same "" "$(sql "PRAGMA foreign_key_check")"
	same "1 held|2 discarded|3 ready" "$(digest-send list --json | jq -r '[.messages[] | "\(.id) \(.state)"] | join("|")')"
}

@test "list shows the outbox, by state too" {
	digest-build team --date 2026-11-18
	digest-send hold 2
	same "     1  ready      2026-11-20 09:00  $(printf %7d "$SIZE")  $SUBJECT  (to ben@harbor.example, mara@harbor.example)" \
		"$(digest-send list --state ready)"
	same "1 ready 2 held" "$(digest-send list --json | jq -r '[.messages[] | "\(.id) \(.state)"] | join(" ")')"
	same "" "$(digest-send list --state sent)"
	fails 64 digest-send list --state gone
}

@test "show has the state, the check, headers and text" {
	run digest-send show 1
	[ "$status" -eq 0 ]
	same "Outbox 1 is ready, built 2026-11-20 09:00, $SIZE bytes
$OUTBOX/1.eml: SHA-256 as reviewed" "$(head -n 2 <<< "$output")"
	grep -qx "Subject: $SUBJECT" <<< "$output"
	grep -qx 'Thursday 19 November 2026' <<< "$output"
	same "$SUBJECT 1" "$(digest-send show 1 --json | jq -r '"\(.subject) \(.format)"')"
	printf '\033]0;evil\a\302\23331m\342\200\256' >> "$OUTBOX/1.eml"
	fails 1 digest-send show 1
	[[ $output == *'not as reviewed'*'refused: '*'was changed'* ]]
	[[ $output != *$'\033'* && $output != *$'\302\233'* && $output != *$'\342\200\256'* ]]
	fails 66 digest-send show 7
	fails 64 digest-send show one
	fails 64 digest-send show 1 2
}

@test "hold, release and discard" {
	digest-send hold 1
	run digest-send
	same ""
	fails 77 digest-send hold 1
	digest-send release 1
	same ready "$(sql "SELECT state FROM outbox")"
	digest-send discard 1 -n
	same "ready 1.eml" "$(sql "SELECT state FROM outbox") $(ls "$OUTBOX")"
	digest-send discard 1
	same "discarded " "$(sql "SELECT state FROM outbox") $(ls "$OUTBOX")"
	fails 77 digest-send release 1
	fails 66 digest-send hold 9
	fails 64 digest-send hold 0
	run digest-send show 1
	same 'Outbox 1 is discarded' "${output%%,*}"
	same "$OUTBOX/1.eml: removed" "${lines[1]}"
	# the period may be built again
	digest-build team
	same "discarded ready" "$(sql "SELECT state FROM outbox ORDER BY id" | paste -sd ' ')"
}
