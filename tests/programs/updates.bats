# digest-build participants and participant preview: who gets which update, once a study day.
# shellcheck disable=SC2154 # bats sets $stderr
bats_require_minimum_version 1.5.0
load lib

ana=did:plc:ana bram=did:plc:bram cleo=did:plc:cleo

# ana was active on three of four days; bram had no activity today; cleo never asked for the feed; dilan has unsubscribed.
prepare() {
	OUTBOX=$MAILROOM_DATA_DIR/outbox
	export MAILROOM_COMPLIANCE_DB=$BATS_TEST_TMPDIR/compliance.db MAILROOM_PARTICIPANT_FROM=study@study.example
	export MAILROOM_NOW=2026-11-20T16:00:00+01:00
	person $ana ana@people.example
	person $bram bram@people.example active NL-be
	person $cleo cleo@people.example
	person did:plc:dilan dilan@people.example unsubscribed
	compliance "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
		CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT)"
	active $ana 2026-11-17
	request $ana 2026-11-18T10:00:00Z
	active $ana 2026-11-19
	active $ana 2026-11-20
	active $bram 2026-11-19
	active did:plc:dilan 2026-11-20
}

compliance() { sqlite3 -batch "$MAILROOM_COMPLIANCE_DB" "$1"; }
# person DID ADDRESS [STATUS [LANGUAGE [STUDY_TYPE]]]
person() {
	sql "INSERT INTO participants (did, email, status, language, study_type, created_at, updated_at, status_changed_at, email_changed_at)
		VALUES ('$1', '$2', '${3:-active}', nullif('${4-}', ''), nullif('${5-}', ''), 0, 0, 0, 0)"
}
request() { compliance "INSERT INTO feed_requests VALUES ('$1', '$2')"; }
# active DID DAY: a request and three engagements at noon UTC
active() {
	request "$1" "${2}T12:00:00Z"
	compliance "INSERT INTO engagements VALUES ('$1', 'like', '${2}T12:00:00Z'), ('$1', 'like', '${2}T12:00:01Z'), ('$1', 'reply', '${2}T12:00:02Z')"
}
outbox() { sql "SELECT o.id, o.state, r.address, r.participant_id, o.subject FROM outbox o JOIN outbox_recipients r ON r.outbox_id = o.id ORDER BY o.id"; }
# whole: every live message's file is there with the row's hash and size, and no other file.
whole() {
	local id hash size
	sql "SELECT id, lower(hex(sha256)), size_bytes FROM outbox WHERE state <> 'discarded'" | while IFS='|' read -r id hash size; do
		same "$hash $size" "$(sha256sum < "$OUTBOX/$id.eml" | cut -d ' ' -f 1) $(stat -c %s "$OUTBOX/$id.eml")"
	done
	same "$(sql "SELECT id || '.eml' FROM outbox WHERE state <> 'discarded' ORDER BY id || '.eml'")" "$(find "$OUTBOX" -type f -printf '%f\n' | sort)"
}

@test "who has unsubscribed gets nothing at that address under another did either" {
	person did:plc:again ANA@people.example
	active did:plc:again 2026-11-20
	digest-build participants -q
	same "0 3" "$(sql "SELECT sum(state <> 'ready') || ' ' || count(*) FROM outbox")"
	participant set-status -q --did $ana --status unsubscribed
	fails 1 digest-send
	[[ $output == *"ANA@people.example is the address of $ana, too, who has unsubscribed: discard it"* ]]
	digest-send discard 1 2 3
	digest-build participants -q
	same "bram@people.example" "$(sql "SELECT r.address FROM outbox o JOIN outbox_recipients r ON r.outbox_id = o.id WHERE o.state = 'ready'")"
	same "$ana has the same address and has unsubscribed" \
		"$(digest-build participants -n --json | jq -r '.. | objects | select(.did? == "did:plc:again") | .reason')"
}

@test "each active participant with a feed request gets one update" {
	same "" "$(digest-build participants)"
	same "1|ready|ana@people.example|1|Your study progress: 3 of 10 active days
2|ready|bram@people.example|2|Vandaag telt nog niet mee: 1 van 10 actieve dagen" "$(outbox)"
	whole
	same "participant:1:2026-11-20|2026-11-20 04:00:00|2026-11-21 04:00:00|2026-11-21 04:00:00" "$(sql "SELECT dedupe_key,
		datetime(period_start, 'unixepoch'), datetime(period_end, 'unixepoch'), datetime(expires_at, 'unixepoch')
		FROM outbox WHERE id = 1")"
	run digest-send
	[[ $output == *ana@people.example* ]]
}

@test "the message has the headers of automatic mail, and both forms" {
	export MAILROOM_PARTICIPANT_FROM_NAME='The study team' MAILROOM_UNSUBSCRIBE='https://study.example/leave?m={token}&d={did}'
	digest-build participants --did $ana
	token=$(sql "SELECT token FROM outbox")
	url="https://study.example/leave?m=$token&d=did%3Aplc%3Aana"
	tr -d '\r' < "$OUTBOX/1.eml" > message
	sed '/^$/q' message | sed -e ':a' -e '$!N' -e 's/\n //' -e 'ta' -e P -e D > headers
	grep -qx 'From: The study team <study@study.example>' headers
	grep -qx 'To: ana@people.example' headers
	grep -qx 'List-Id: Participant update <participant-update.study.example>' headers
	grep -qx 'Auto-Submitted: auto-generated' headers
	grep -qx 'X-Auto-Response-Suppress: All' headers
	grep -qxF "List-Unsubscribe: <$url>" headers
	grep -qx 'List-Unsubscribe-Post: List-Unsubscribe=One-Click' headers
	grep -qx "X-Mailroom-Message-ID: $token" headers
	grep -q '^Content-Type: multipart/alternative' headers
	digest-send show 1 > shown
	grep -qxF "$url" shown
	grep -qx '\[x\] Tue 17 Nov: 1 feed visit, 3 engagements (like 2, reply 1)' shown
	grep -qx '\[ \] Wed 18 Nov: 1 feed visit, 0 engagements' shown
	grep -qx '\[x\] Fri 20 Nov (today, so far): 1 feed visit, 3 engagements (like 2, reply' shown
	grep -qx '    1)' shown
	grep -qx 'The study team' shown
	# an address instead, and a URL that is the same for everybody
	MAILROOM_UNSUBSCRIBE=leave@study.example digest-build participants --did $ana
	grep -q '^List-Unsubscribe: <mailto:leave@study.example>' "$OUTBOX/2.eml"
	same 0 "$(grep -c '^List-Unsubscribe-Post' "$OUTBOX/2.eml")"
	MAILROOM_UNSUBSCRIBE=https://study.example/leave digest-build participants --did $ana
	grep -q '^List-Unsubscribe: <https://study.example/leave>' "$OUTBOX/3.eml"
	same 0 "$(grep -c '^List-Unsubscribe-Post' "$OUTBOX/3.eml")"
	same "3.eml" "$(ls "$OUTBOX")"
}

@test "what is skipped has a reason" {
	person did:plc:else else@people.example active '' other
	run --separate-stderr digest-build participants -v
	[[ $stderr == *"$cleo: skipped: no feed request yet"* ]]
	[[ $stderr == *"2 built, 0 replaced, 0 unchanged, 2 skipped, 0 failed"* ]]
	same '[{"did":"did:plc:ana","outcome":"unchanged","variant":"progress"},{"did":"did:plc:bram","outcome":"unchanged","variant":"action-needed"},{"did":"did:plc:cleo","outcome":"skipped","variant":null},{"did":"did:plc:else","outcome":"skipped","variant":null}]' \
		"$(digest-build participants --json | jq -c '[.updates[] | {did, outcome, variant}]')"
	same '2 0 2' "$(digest-build participants --json | jq -r '"\(.unchanged) \(.built) \(.skipped)"')"
}

@test "one update a participant and study day: rebuilt while it waits, never again once it went" {
	digest-build participants
	before=$(outbox)
	digest-build participants
	same "$before" "$(outbox)"
	# more activity: the one that waits is replaced
	active $bram 2026-11-20
	digest-build participants
	same "1|ready|ana@people.example|1|Your study progress: 3 of 10 active days
2|discarded|bram@people.example|2|Vandaag telt nog niet mee: 1 van 10 actieve dagen
3|ready|bram@people.example|2|Je voortgang in het onderzoek: 2 van 10 actieve dagen" "$(outbox)"
	whole
	digest-send hold 3
	active $bram 2026-11-18
	digest-build participants
	same "4|held" "$(sql "SELECT id, state FROM outbox ORDER BY id DESC LIMIT 1")"
	# a discarded one may be built again
	digest-send discard 4
	digest-build participants --did $bram
	same "5|ready" "$(sql "SELECT id, state FROM outbox ORDER BY id DESC LIMIT 1")"
	# sent, being sent, perhaps sent: never again
	local state
	for state in sent sending unknown; do
		sql "UPDATE outbox SET state = '$state' WHERE id = 5; UPDATE outbox_recipients SET state = '$state' WHERE outbox_id = 5"
		request $bram 2026-11-20T13:00:00Z
		same "skipped" "$(digest-build participants --did $bram --json | jq -r '.updates[].outcome')"
		same "skipped" "$(digest-build participants -n --did $bram --json | jq -r '.updates[].outcome')"
		same 5 "$(sql "SELECT max(id) FROM outbox")"
	done
	# the next study day begins at 05:00
	MAILROOM_NOW=2026-11-21T04:59:59+01:00 digest-build participants --did $bram
	same 5 "$(sql "SELECT max(id) FROM outbox")"
	MAILROOM_NOW=2026-11-21T05:00:00+01:00 digest-build participants --did $bram
	same "6|participant:2:2026-11-21" "$(sql "SELECT id, dedupe_key FROM outbox ORDER BY id DESC LIMIT 1")"
}

@test "who is moved to another study, or whose study is renamed, gets no second update of the day" {
	digest-build participants
	sql "UPDATE outbox SET state = 'sent'; UPDATE outbox_recipients SET state = 'sent'"
	printf '[first]\nstudy_types=reminders\n[second]\n' > studies
	export MAILROOM_STUDY_FILE=$PWD/studies
	same '0 3' "$(digest-build participants --json | jq -r '"\(.built) \(.skipped)"')"
	sql "UPDATE participants SET study_type = 'reminders'"
	same '0 3' "$(digest-build participants --json | jq -r '"\(.built) \(.skipped)"')"
	same 2 "$(sql "SELECT max(id) FROM outbox")"
}

@test "a dry run tells what the run would make of updates that wait" {
	digest-build participants
	before=$(sql .dump)
	same "0 would be built, 0 replaced, 2 unchanged, 1 skipped, 0 failed, 0 in no study" "$(digest-build participants -n)"
	active $bram 2026-11-20
	same "0 would be built, 1 replaced, 1 unchanged, 1 skipped, 0 failed, 0 in no study" "$(digest-build participants -n)"
	same "$before" "$(sql .dump)"
}

@test "a dry run and a preview write nothing" {
	before=$(sql .dump)
	same "2 would be built, 0 replaced, 0 unchanged, 1 skipped, 0 failed, 0 in no study" "$(digest-build participants -n)"
	participant preview --did $ana > text
	same "To: ana@people.example
Subject: Your study progress: 3 of 10 active days" "$(head -n 2 text)"
	participant preview -d $ana --html | grep -q '^<html lang="en">'
	same "nl" "$(participant preview -d $bram --json | jq -r .language)"
	# another day: what was known then of it
	same "Subject: Your study progress: 2 of 10 active days" "$(participant preview -d $ana --date 2026-11-19 | sed -n 2p)"
	same "1 would be built, 0 replaced, 0 unchanged, 2 skipped, 0 failed, 0 in no study" "$(digest-build participants -n --date 2026-11-18)"
	same "$before" "$(sql .dump)"
	same "" "$(ls -A "$OUTBOX")"
	# the preview is what is built
	digest-build participants
	digest-send show 1 | sed '1,/^$/d' > built
	diff <(sed '1,3d' text) <(tail -n "$(($(wc -l < text) - 3))" built)
}

@test "who cannot get one" {
	fails 66 participant preview -d $cleo
	[[ $output == *"no feed request yet"* ]]
	fails 66 participant preview -d did:plc:nobody
	fails 77 participant preview -d did:plc:dilan
	[[ $output == *"is unsubscribed"* ]]
	fails 64 participant preview
	fails 77 digest-build participants --did did:plc:dilan
	fails 66 digest-build participants --did did:plc:nobody
	fails 64 digest-build participants --date 2026-11-21
	fails 64 digest-build participants --date 2026-11-19
	[[ $output == *"is over"* ]]
	fails 64 digest-build participants --date yesterday
	fails 64 digest-build participants --study none
	same "" "$(outbox)"
}

@test "an address that no header can hold fails alone" {
	sql "UPDATE participants SET email = 'bram' || char(10) || 'x@people.example' WHERE did = '$bram'"
	fails 1 digest-build participants
	[[ $output == *"$bram"* ]]
	same "1|ready|ana@people.example|1" "$(sql "SELECT o.id, o.state, r.address, r.participant_id FROM outbox o JOIN outbox_recipients r ON r.outbox_id = o.id")"
	whole
}

@test "settings that are missing or wrong are said" {
	local line
	unset MAILROOM_PARTICIPANT_FROM
	fails 78 digest-build participants
	[[ $output == *"MAILROOM_PARTICIPANT_FROM is not set"* ]]
	for line in 'MAILROOM_PARTICIPANT_FROM=nobody' 'MAILROOM_PARTICIPANT_FROM=a@b.example, c@d.example' 'MAILROOM_UNSUBSCRIBE=http://study.example' \
		'MAILROOM_UNSUBSCRIBE=leave' 'MAILROOM_UNSUBSCRIBE=https://study.example/a b' 'MAILROOM_TEMPLATE_LANGUAGE=xx' \
		"MAILROOM_TEMPLATE_DIR=$BATS_TEST_TMPDIR/none"; do
		echo "$line"
		run env MAILROOM_PARTICIPANT_FROM=s@study.example "$line" digest-build participants
		[ "$status" -eq 78 ]
		[[ $output == *"${line%%=*}"* ]]
	done
	unset MAILROOM_COMPLIANCE_DB
	MAILROOM_PARTICIPANT_FROM=s@study.example fails 78 digest-build participants
	same "" "$(outbox)"
}

@test "templates of our own" {
	mkdir templates
	export MAILROOM_TEMPLATE_DIR=$PWD/templates
	printf 'Hello {{active_days}}\n' > templates/update.en.subject
	printf '# Hello\n\n{{#for day in days}}\n- {{day.date}}{{#if day.active}}: **active**{{/if}}\n{{/for}}\n' > templates/update.en.md
	same "To: ana@people.example
Subject: Hello 3

Hello
=====

- 2026-11-17: active
- 2026-11-18
- 2026-11-19: active
- 2026-11-20: active" "$(participant preview -d $ana)"
	# a file that a full disk left empty is no message
	: > templates/update.en.txt
	rm templates/update.en.md
	fails 1 digest-build participants -q --did $ana
	same "digest-build: warning: $ana: update.en.txt: gives an empty text" "$(digest-build participants --did $ana 2>&1)"
	same 0 "$(sql "SELECT count(*) FROM outbox")"
	printf 'Hello\n' > templates/update.en.txt
	: > templates/update.en.html
	same "digest-build: warning: $ana: update.en.html: gives an empty page" "$(digest-build participants --did $ana 2>&1)"
	rm templates/update.en.html
	printf '{{#if active_days}}\n{{activ_days}}{{/if}}' > templates/update.nl.txt
	fails 78 digest-build participants
	[[ $output == *"templates/update.nl.txt:2: there is no value \"activ_days\""* ]]
	# those that are built in are there to begin from
	rm templates/*
	cp "$SOURCE"/examples/templates/* templates/
	participant preview -d $ana > ours
	MAILROOM_TEMPLATE_DIR='' participant preview -d $ana | diff ours -
}

@test "mailroom-template(5) tells each value that a template may use" {
	mkdir templates
	export MAILROOM_TEMPLATE_DIR=$PWD/templates
	local source
	for source in '{{nope}}' '{{#for d in days}}{{d.nope}}' '{{#for d in coming}}{{#for k in d.kinds}}{{k.nope}}'; do
		echo "$source" > templates/update.en.subject
		fails 78 digest-build participants
		echo "$output"
	done | sed -n 's/.*(there are: \(.*\)).*/\1/p' | tr -d ' ' | tr , '\n' | sort -u > values
	[ "$(wc -l < values)" -gt 40 ]
	sed -n '/^\.Sh VALUES/,/^\.Sh EXAMPLES/p' "$SOURCE/man/mailroom-template.5" > told
	while read -r value; do
		echo "$value"
		grep -qw "$value" told
	done < values
	sed -n 's/^\.It Li //p' told | tr -cs 'a-z_' '\n' | while read -r value; do
		echo "$value"
		grep -qx "$value" values
	done
}

@test "the tags that mailroom-template(5) shows are tags" {
	command -v mandoc || skip "mandoc is not installed"
	mkdir templates
	export MAILROOM_TEMPLATE_DIR=$PWD/templates
	mandoc -T utf8 -O width=200 "$SOURCE/man/mailroom-template.5" | col -b > shown
	grep -o '{{#if not .*}}\.' shown | sed 's/\.$/x{{\/if}}/' > templates/update.en.subject
	grep -o '{{active_days}} of .*' shown >> templates/update.en.subject
	same 2 "$(wc -l < templates/update.en.subject)"
	echo text > templates/update.en.txt
	same "Subject: x 3 of 10 active days" "$(participant preview -d $ana | sed -n 2p)"
}

@test "several studies: each with its day, its rules, its people" {
	cat > study.conf <<- 'END'
		[main]
		study_types=wave-1
		[early]
		study_types=wave-2
		day_cut_off=17:00
		min_active_days=2
	END
	export MAILROOM_STUDY_FILE=$PWD/study.conf
	sql "UPDATE participants SET study_type = 'wave-1' WHERE did = '$ana'; UPDATE participants SET study_type = 'wave-2' WHERE did = '$bram'"
	active $bram 2026-11-20
	same "main 2026-11-20 3/10
early 2026-11-19 2/2" "$(digest-build participants --json | jq -r '.updates[] | "\(.study) \(.day) \(.active_days)/\(.required_active_days)"')"
	same 1 "$(digest-build participants -n --json | jq .without_study)"
	same "$ana" "$(digest-build participants -n --study main --json | jq -r '.updates[].did')"
}

@test "killed at any write, the end state is that of one run" {
	command -v strace > /dev/null || skip "strace is not installed"
	cp -r "$MAILROOM_DATA_DIR" fresh
	digest-build participants
	wanted=$(outbox)
	local call n killed=0
	for call in openat write pwrite64 fdatasync syncfs rename unlink; do
		for n in 1 2 3 5 8 13; do
			rm -rf "$MAILROOM_DATA_DIR"
			cp -r fresh "$MAILROOM_DATA_DIR"
			ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e inject="$call":signal=KILL:when="$n" digest-build participants > /dev/null 2>&1 || killed=$((killed + 1))
			digest-build participants
			same "$wanted" "$(outbox)"
			whole
		done
	done
	[ $killed -gt 10 ]
}
