load lib

@test "init makes a private data folder and is silent with -q" {
	run mailroom init -q --db "$BATS_TEST_TMPDIR/other/mail.db"
	same ""
	[ "$status" -eq 0 ]
	same "700 600" "$(stat -c %a "$MAILROOM_DATA_DIR" "$DB" | xargs)"
}

@test "a second init changes nothing" {
	before=$(sql .dump)
	mailroom init -q
	same "$before" "$(sql .dump)"
}

@test "the language of the tests does what it says" {
	mail a.eml 'Subject: One' <<< 'Hello'
	same "Subject: One Hello" "$(sed -n '1p;$p' a.eml | xargs)"
	same 5 "$(sed -n '1,/^$/p' a.eml | grep -c :)"
	if same a b; then false; fi
	fails 64 mailroom nothing
}

@test "init says what comes next, once" {
	run mailroom init --db "$BATS_TEST_TMPDIR/new.db"
	[[ $output == *"new database"*"account add"* ]]
	run mailroom init --db "$BATS_TEST_TMPDIR/new.db"
	same "$BATS_TEST_TMPDIR/new.db: was there already"
}

@test "init --dry-run makes nothing" {
	mailroom init -n --db "$BATS_TEST_TMPDIR/no/new.db"
	[ ! -e "$BATS_TEST_TMPDIR/no" ]
}

@test "config shows each value and where it comes from" {
	printf 'MAILROOM_TEAM_NAME="Harbor"\nMAILROOM_KEEP=all\n' > room.conf
	MAILROOM_KEEP=matched run mailroom config -c room.conf --db x.db
	[ "$status" -eq 0 ]
	same "# room.conf" "${lines[0]}"
	same "option       MAILROOM_DB=x.db" "$(grep MAILROOM_DB= <<< "$output")"
	same "file         MAILROOM_TEAM_NAME=Harbor" "$(grep TEAM_NAME <<< "$output")"
	same "environment  MAILROOM_KEEP=matched" "$(grep KEEP <<< "$output")"
	same "default      MAILROOM_LIVE=false" "$(grep LIVE <<< "$output")"
}

@test "config --json is one document with every setting" {
	run mailroom config --json
	same "1 true" "$(jq -r '"\(.format) \(.settings | length > 20)"' <<< "$output")"
	same "environment" "$(jq -r '.settings[] | select(.name == "MAILROOM_TZ").origin' <<< "$output")"
}

@test "config --json stays JSON when a setting is no UTF-8" {
	MAILROOM_TEAM_NAME=$'caf\xe9' run mailroom config --json
	same $'caf\xef\xbf\xbd' "$(jq -r '.settings[] | select(.name == "MAILROOM_TEAM_NAME").value' <<< "$output")"
}

@test "a mistake in the configuration file is refused with its line" {
	printf '\n# fine\nMAILROOM_KEEP=some\n' > room.conf
	fails 78 mailroom status -c room.conf
	same 'mailroom: room.conf:3: MAILROOM_KEEP: "some" is none of matched|all'
	printf 'MAILROOM_KEP=all\n' > room.conf
	fails 78 mailroom status -c room.conf
	[[ $output == *"room.conf:1:"*MAILROOM_KEP* ]]
	fails 66 mailroom status -c nowhere.conf
	MAILROOM_TYPO=1 fails 78 mailroom status
	MAILROOM_TZ=Europe fails 78 mailroom status
	MAILROOM_NOW=tomorrow fails 78 mailroom status
}

@test "the verb, the options and the arguments are checked" {
	fails 64 mailroom
	fails 64 mailroom nothing
	fails 64 mailroom -q status
	[[ $output == *"the verb comes first"* ]]
	fails 64 mailroom status --no-such-option
	fails 64 mailroom status more
	fails 64 mailroom status --db
	fails 0 mailroom --help
	fails 0 mailroom doctor --help
	fails 0 mailroom --version
}

@test "what cannot be printed is an error" {
	fails 74 sh -c 'mailroom config > /dev/full'
}

@test "status counts what is in the database" {
	sql "INSERT INTO users (id, name, created_at) VALUES (1, 'Mara', 0);
	     INSERT INTO email_accounts (id, address, created_at) VALUES (1, 'mara@harbor.example', 0);
	     INSERT INTO email_threads (id) VALUES (1);
	     INSERT INTO emails (id, body_sha256, content_key, thread_id, sent_at, size_bytes, created_at, is_matched, has_body)
	         VALUES (1, x'00', 1, 1, 0, 9, 0, 1, 1), (2, x'01', 2, 1, 0, 9, 0, 0, 0);
	     INSERT INTO email_account_messages (account_id, email_id, is_sent, seen_at) VALUES (1, 1, 0, 0), (1, 2, 0, 0);
	     INSERT INTO email_attachments (email_id, position, content_type, size_bytes, sha256, is_stored)
	         VALUES (1, 0, 'text/plain', 5, zeroblob(32), 1), (2, 0, 'text/plain', 5, zeroblob(32), 1), (1, 1, 'x/y', 7, x'02', 0);
	     INSERT INTO email_failed_items (account_id, reason, first_at, last_at) VALUES (1, 'odd', 0, 0);
	     INSERT INTO email_sync_runs (account_id, kind, source, status, messages_seen, started_at, finished_at)
	         VALUES (1, 'import', '/x.mbox', 'ok', 2, 1795075200, 1795075201);
	     INSERT INTO outbox (kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256,
	         size_bytes, created_at, updated_at) VALUES ('team', 'a', 'ready', 's', 'f', 'm', 0, 1, zeroblob(32), 3, 0, 0)"
	run mailroom status
	same "messages     2, 1 of them matched, 1 with their text
threads      1
attachments  1 files, 5 bytes, 1 over the size cap
people       1 on the team, 0 investors
to retry     1 messages (mailsync retry)
mailbox      mara@harbor.example, 2 messages, last run 2026-11-19 09:00
run          2026-11-19 09:00 import ok: 2 seen, 0 stored, 0 known, 0 matched, 0 failed
outbox       1 ready" "$(tail -n +2 <<< "$output")"
	run mailroom status --json
	same '[1,2,1,1,1,"import",1,1]' "$(jq -c '[.format, .messages.total, .messages.kept, .attachments.files, .accounts[0].last_run_at != null,
		.runs[0].kind, .outbox.ready, .failed_items] | map(if . == true then 1 else . end)' <<< "$output")"
}

@test "a database that is missing, no database, or newer than the program" {
	fails 66 mailroom status --db nowhere.db
	[[ $output == *"mailroom init"* ]]
	printf 'not a database, but long enough to look at: %0900d' 0 > text.db
	fails 65 mailroom status --db text.db
	cp "$DB" damaged.db
	head -c 3996 /dev/zero | dd of=damaged.db bs=1 seek=100 conv=notrunc status=none
	fails 65 mailroom status --db damaged.db
	[[ $output == *malformed* ]]
	sql 'PRAGMA user_version = 999'
	fails 78 mailroom status
	[[ $output == *"install a newer Mailroom"* ]]
	fails 78 mailroom migrate
}

@test "a file name steers no terminal" {
	account add -q mara@harbor.example
	mail $'\033[31ma.eml' <<< 'Hello'
	mailsync import -q --account mara@harbor.example $'\033[31ma.eml'
	run mailsync status
	[[ $output == *'/?[31ma.eml'* && $output != *$'\033'* ]]
}

@test "another program's database is refused and stays as it is" {
	sqlite3 other.db 'CREATE TABLE feed_requests (requester_did TEXT)'
	sqlite3 marked.db 'CREATE TABLE emails (a TEXT); PRAGMA user_version = 1'
	for file in other marked; do
		cp "$file.db" before.db
		for verb in init migrate status; do
			fails 78 mailroom "$verb" --db "$file.db"
			same "mailroom: $file.db: is another program's database, not Mailroom's"
		done
		cmp before.db "$file.db"
	done
	fails 65 mailroom status --db .
}

@test "an older schema is refused until migrate" {
	sqlite3 old.db 'PRAGMA user_version = 0'
	fails 78 mailroom status --db old.db
	[[ $output == *"mailroom migrate"* ]]
	mailroom migrate -n --db old.db
	same 0 "$(sqlite3 old.db 'PRAGMA user_version')"
	mailroom migrate -q --db old.db
	run mailroom status --db old.db
	[ "$status" -eq 0 ]
}

@test "two migrations at once do each step once" {
	for i in 1 2 3 4; do sqlite3 "old$i.db" 'PRAGMA user_version = 0'; done
	for i in 1 2 3 4; do
		mailroom migrate --db "old$i.db" > a 2>&1 &
		mailroom migrate --db "old$i.db" > b 2>&1
		wait $!
		same "$(sql 'PRAGMA user_version')" "$(cat a b | grep -o '[0-9]* step' | awk '{n += $1} END {print n}')"
		same "$(sql .schema)" "$(sqlite3 "old$i.db" .schema)"
	done
}

@test "doctor finds nothing wrong with a new mailroom" {
	run mailroom doctor
	[ "$status" -eq 0 ]
	same 11 "$(grep -c '^ok ' <<< "$output")"
	same 11 "${#lines[@]}"
	run mailroom doctor -q
	same ""
	same ok "$(mailroom doctor --json | jq -r .worst)"
}

@test "doctor reads what it can when the settings are wrong" {
	MAILROOM_TZ=Mars/Olympus fails 1 mailroom doctor
	[[ $output == *"problem  settings"*Mars/Olympus*"ok       schema"* ]]
	printf 'MAILROOM_KEEP=some\n' > room.conf
	fails 1 mailroom doctor -c room.conf
	[[ $output == *"room.conf:1"* ]]
	same problem "$(mailroom doctor --json -c room.conf | jq -r .worst)"
}

@test "doctor tells what others may read or change" {
	chmod 755 "$MAILROOM_DATA_DIR"
	chmod 644 "$DB"
	printf 'MAILROOM_KEEP=all\n' > room.conf
	chmod 666 room.conf
	fails 1 mailroom doctor -q -c room.conf
	same 3 "$(grep -c '^problem  permissions' <<< "$output")"
	[[ $output == *"chmod 700 $MAILROOM_DATA_DIR"* && $output == *"chmod 600 $DB"* && $output == *"chmod 644 room.conf"* ]]
	chmod 700 "$MAILROOM_DATA_DIR"; chmod 600 "$DB"* room.conf
	fails 0 mailroom doctor -q -c room.conf
}

@test "doctor tells of a missing, foreign or newer database" {
	fails 1 mailroom doctor -q --db nowhere.db
	[[ $output == *"problem  schema"*"no database there"* ]]
	printf 'not a database, but long enough to look at: %0900d' 0 > text.db
	chmod 600 text.db
	fails 1 mailroom doctor -q --db text.db
	[[ $output == *"problem  schema"*"backup"* ]]
	sql 'PRAGMA user_version = 999'
	fails 1 mailroom doctor -q
	[[ $output == *"schema version 999"* ]]
}

@test "doctor finds a damaged database" {
	sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
	     INSERT INTO addresses (address) SELECT printf('address-%d@damage.example', i) FROM n; PRAGMA wal_checkpoint(TRUNCATE)" >&2
	page=$(sql "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_addresses_1'")
	dd if=/dev/zero of="$DB" bs=1 seek=$(((page - 1) * 4096 + 100)) count=3000 conv=notrunc status=none
	fails 1 mailroom doctor -q
	[[ $output == *"problem  integrity"* ]]
}

@test "doctor finds a row that names another which is not there" {
	sqlite3 "$DB" "INSERT INTO user_addresses (address, user_id) VALUES ('a@b.example', 77)"
	fails 1 mailroom doctor -q
	[[ $output == *"problem  integrity"*users* ]]
}

@test "doctor and status remind of messages that need a person" {
	mailroom doctor | grep -q 'sending .*no message needs a person'
	sql "INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes, created_at, updated_at)
		SELECT value, 'team', value, CASE value WHEN 1 THEN 'unknown' WHEN 2 THEN 'failed' WHEN 3 THEN 'expired' WHEN 4 THEN 'deferred' ELSE 'failed' END,
			'S', 'a@b.example', value, 1, 2, zeroblob(32), 1, 1, CASE value WHEN 5 THEN 1 ELSE unixepoch('2026-11-19') END FROM json_each('[1, 2, 3, 4, 5]')"
	run mailroom doctor
	for words in '1 unknown: may have gone out, nobody knows (the first is 1)' '1 failed: failed in the last 7 days (the first is 2)' \
		'1 expired: were not sent while they were fresh' '1 deferred: wait for their next try'; do
		[[ $output == *"$words"* ]] || { echo "not said: $words: $output"; return 1; }
	done
	mailroom status | grep -qx 'outbox       1 unknown (digest-send list --state unknown, then resolve)'
	echo 'wrong numbers' > "$MAILROOM_DATA_DIR/outbox/STOP"
	run mailroom doctor
	[[ $output == *'nothing is sent: '*'outbox/STOP is there: wrong numbers'* ]]
}

@test "doctor compares attachments and outbox with their files" {
	hash=$(printf 'hello' | sha256sum | cut -c 1-64)
	sql "INSERT INTO email_threads (id) VALUES (1);
	     INSERT INTO emails (id, body_sha256, content_key, thread_id, sent_at, size_bytes, created_at) VALUES (1, x'00', 1, 1, 0, 9, 0);
	     INSERT INTO email_attachments (email_id, position, content_type, size_bytes, sha256) VALUES (1, 0, 'text/plain', 5, x'$hash');
	     INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256,
	         size_bytes, created_at, updated_at) VALUES (12, 'team', 'a', 'ready', 's', 'f', 'm', 0, 1, x'$hash', 5, 0, 0)"
	fails 1 mailroom doctor -q
	same 2 "$(grep -c 'is missing$' <<< "$output")"
	file=$MAILROOM_DATA_DIR/attachments/${hash:0:2}/${hash:2}
	mkdir -p "${file%/*}"
	printf 'hellO' > "$file"
	printf 'hello' > "$MAILROOM_DATA_DIR/outbox/12.eml"
	fails 0 mailroom doctor -q
	fails 1 mailroom doctor -q --full
	[[ $output == *"problem  attachments  $file: its bytes are not"* ]]
	printf 'hello' > "$file"
	printf 'hell' > "$MAILROOM_DATA_DIR/outbox/12.eml"
	fails 1 mailroom doctor -q --full
	[[ $output == *"problem  outbox"*"12.eml: has another size"* ]]
	printf 'hello' > "$MAILROOM_DATA_DIR/outbox/12.eml"
	fails 0 mailroom doctor -q --full
}

@test "doctor reports what waits for a retry" {
	sql "INSERT INTO email_accounts (id, address, created_at) VALUES (1, 'mara@harbor.example', 0);
	     INSERT INTO email_failed_items (account_id, reason, first_at, last_at) VALUES (1, 'odd', 0, 0)"
	fails 0 mailroom doctor -q
	[[ $output == "warning  capture      1 messages could not be read"* ]]
}
