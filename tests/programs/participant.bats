load lib

ana=did:plc:ana4qk2x7hzp bram=did:plc:bram7w3fd2tn cleo=did:plc:cleo9y5mq8rb
all="did:plc:ana4qk2x7hzp         active    ana@bluebird.example             pilot     reminders  2026-11-02
did:plc:bram7w3fd2tn         active    Bram.Kok@bluebird.example        pilot     reminders  2026-11-02
did:plc:cleo9y5mq8rb         active    5f8d2c1e9a4b@email.prolific.com  prolific  control    2026-11-03
did:plc:dilan2v6kc4j         inactive  dilan@bluebird.example           pilot     control    2026-11-04
did:web:mara.harbor.example  active    mara@harbor.example              admin     -"
header=email,did,status,type,feed_url,survey_completed_at,prolific_id,study_type,audit_timestamp,language

prepare() { ln -s "$SOURCE/examples/roster.csv" roster.csv; }
example() { participant import-csv -q roster.csv; }

# history DID: old, new status, reason, actor of each change
history() {
	sql "SELECT coalesce(old_status, ''), new_status, reason, actor FROM v_participant_status_history WHERE did = '$1' ORDER BY id"
}

@test "the example is imported, and again without a change" {
	same "roster.csv: 5 added, 0 updated, 0 unchanged" "$(participant import-csv roster.csv)"
	same "$all" "$(participant list)"
	same "roster.csv: 0 added, 0 updated, 5 unchanged" "$(participant import-csv roster.csv)"
	same "$all" "$(participant list)"
	same "|inactive|import-csv roster.csv|operator:$(id -un)" "$(history did:plc:dilan2v6kc4j)"
	same "did:plc:dilan2v6kc4j" "$(participant list --status Inactive --json | jq -r '.participants[].did')"
	same "$ana $bram" "$(participant list --study-type reminders --json | jq -r '.participants[].did' | paste -sd ' ')"
	fails 64 participant list --status gone
}

@test "a dry run tells each field and writes nothing" {
	example
	printf 'did,email,status,feed_url,language\n%s,new@bluebird.example,inactive,,\ndid:plc:new,n@bluebird.example,,,EN\n' $ana > t.csv
	before=$(sql .dump)
	same "line 2: would be updated: $ana <new@bluebird.example>; email: ana@bluebird.example -> new@bluebird.example, status: active -> inactive
line 3: would be added: did:plc:new <n@bluebird.example>; email: n@bluebird.example, status: active, language: en
dry run: t.csv: 1 added, 1 updated, 0 unchanged" "$(participant import-csv -n t.csv)"
	same '[{"field":"email","was":"ana@bluebird.example","is":"new@bluebird.example"},{"field":"status","was":"active","is":"inactive"}]' \
		"$(participant import-csv -n --json t.csv | jq -c '.changes[0].fields')"
	same "$before" "$(sql .dump)"
	same "t.csv: 1 added, 1 updated, 0 unchanged" "$(participant import-csv t.csv)"
	same "|active|import-csv roster.csv|operator:$(id -un)
active|inactive|import-csv t.csv|operator:$(id -un)" "$(history $ana)"
	# what the row leaves empty stays
	same "https://feeds.harbor.example/f/ana" "$(sql "SELECT feed_url FROM participants WHERE did = '$ana'")"
}

@test "CSV: any order of columns, BOM, CRLF, quotes, letter case, empty lines and cells" {
	printf '\xef\xbb\xbfDID,Email,STATUS,study_type,\r\n"did:plc:a"," Zo\xc3\xab@B\xc3\xbccher.example ",Active,"wave ""two"", b",\r\n\r\n,,,,\r\ndid:plc:b,b@x.example\r\n' > t.csv
	same "t.csv: 2 added, 0 updated, 0 unchanged" "$(participant import-csv t.csv)"
	same 'did:plc:a|Zoë@xn--bcher-kva.example|wave "two", b
did:plc:b|b@x.example|' "$(sql "SELECT did, email, study_type FROM participants ORDER BY did")"
	printf 'did\remail\r' > t.csv
	fails 65 participant import-csv t.csv
	printf 'did,email\rdid:plc:c,c@x.example\rdid:plc:d,d@x.example' > t.csv
	same "t.csv: 2 added, 0 updated, 0 unchanged" "$(participant import-csv t.csv)"
	same "-: 0 added, 0 updated, 2 unchanged" "$(participant import-csv - < t.csv)"
}

@test "CSV: every fault is told by its line, and nothing is imported" {
	example
	cat > t.csv <<-'EOF'
		did,email,status,type,feed_url,survey_completed_at,prolific_id,audit_timestamp,language
		did:plc:good,good@x.example,,,,,,,
		plc:x,x@x.example,,,,,,,
		,x@x.example,,,,,,,
		did:plc:n1,,,,,,,,
		did:plc:n2,nobody,,,,,,,
		did:plc:n3,n@x.example,gone,,,,,,
		did:plc:n4,n@x.example,,robot,,,,,
		did:plc:n5,n@x.example,,,ftp://x.example,,,,
		did:plc:n6,n@x.example,,,,yesterday,,,
		did:plc:n7,n@x.example,,,,2026-02-30,,,
		did:plc:n8,n@x.example,,,,,5f@,,
		did:plc:n9,n@x.example,,,,,,never,
		did:plc:n10,n@x.example,,,,,,,english language
		did:plc:good,other@x.example,,,,,,,
		did:plc:good,other@x.example,,,,,,,
		did:plc:n11,n@x.example,,,,,,,,much
	EOF
	printf 'did:plc:\xff,n@x.example\ndid:plc:n12\0,n@x.example\n' >> t.csv
	before=$(sql .dump)
	fails 65 participant import-csv t.csv
	same 'participant: t.csv: line 3: "plc:x" is no did: it does not begin with "did:"
participant: t.csv: line 4: the did is missing
participant: t.csv: line 5: did:plc:n1 is new: an address or a prolific_id is needed
participant: t.csv: line 6: "nobody" is no mail address: it has no "@" with something before it
participant: t.csv: line 7: status "gone": a status is active, inactive or unsubscribed
participant: t.csv: line 8: type "robot": a type is pilot, prolific, admin or test
participant: t.csv: line 9: feed_url "ftp://x.example": it does not begin with https://, http:// or at://
participant: t.csv: line 10: survey_completed_at: "yesterday" is no time: write 2026-11-20, 2026-11-20T09:48 or 2026-11-20T09:48:00Z
participant: t.csv: line 11: survey_completed_at: "2026-02-30" is no time: write 2026-11-20, 2026-11-20T09:48 or 2026-11-20T09:48:00Z
participant: t.csv: line 12: prolific_id "5f@": only letters, digits, - and _
participant: t.csv: line 13: audit_timestamp: "never" is no time: write 2026-11-20, 2026-11-20T09:48 or 2026-11-20T09:48:00Z
participant: t.csv: line 14: language "english language": this is no language tag like en or pt-BR
participant: t.csv: line 15: line 2 is about the same record and says something else
participant: t.csv: line 17: a value that stands under no column of the header
participant: t.csv: line 18: byte 9 of the line (0xff) is not UTF-8
participant: t.csv: line 19: a NUL byte: this is no text
participant: t.csv: nothing was imported: 16 faults'
	same "$before" "$(sql .dump)"
}

@test "CSV: what is no table" {
	table() { printf "$1" > t.csv; fails "$2" participant import-csv t.csv; grep -qF "$3" <<< "$output" || { echo "$output"; return 1; }; }
	table '' 65 'the file is empty'
	table '\377\376d\0' 65 'UTF-16'
	table 'did;email\n' 65 'separated by commas'
	table 'did,mail\n' 65 'unknown column "mail"; the columns are: email, did, status'
	table 'email\nx@x.example\n' 65 'the column "did" is missing'
	table 'did,did\n' 65 'twice the column "did"'
	table 'did,email\n"did:plc:a,a@x.example\n' 65 'line 2: a quote is opened here and never closed'
	table 'did,email\n' 0 '0 added, 0 updated, 0 unchanged'
	fails 66 participant import-csv gone.csv
	fails 65 participant import-csv .
	same 0 "$(sql "SELECT count(*) FROM participants")"
}

@test "an unsubscription is undone by a person alone, with a reason" {
	example
	same "updated $ana <ana@bluebird.example>; status: active -> unsubscribed" \
		"$(participant set-status --email ANA@bluebird.example --status unsubscribed --reason 'asked by mail')"
	same "line 2: stays unsubscribed: $ana <ana@bluebird.example>
dry run: roster.csv: 0 added, 0 updated, 5 unchanged, 1 stays unsubscribed" "$(participant import-csv -n roster.csv)"
	same "[[\"unchanged\",\"$ana\",true]]" \
		"$(participant import-csv -n --json roster.csv | jq -c '[.changes[] | [.change, .did, .stays_unsubscribed]]')"
	same "roster.csv: 0 added, 0 updated, 5 unchanged, 1 stays unsubscribed" "$(participant import-csv roster.csv)"
	sed 's/,active,/,inactive,/' roster.csv > t.csv
	same "t.csv: 0 added, 3 updated, 2 unchanged, 1 stays unsubscribed" "$(participant import-csv t.csv)"
	same unsubscribed "$(sql "SELECT status FROM participants WHERE did = '$ana'")"
	fails 77 participant set-status --did $ana --status active
	same "participant: $ana has unsubscribed: say with --reason why mail may go there again"
	fails 77 participant set-status --did $ana --status inactive --reason ''
	participant set-status -n --did $ana --status active --reason 'asked again'
	same unsubscribed "$(sql "SELECT status FROM participants WHERE did = '$ana'")"
	same "updated $ana <ana@bluebird.example>; status: unsubscribed -> active" \
		"$(participant set-status --did $ana --status active --reason 'asked again')"
	same "unchanged $ana <ana@bluebird.example>" "$(participant set-status --did $ana --status active)"
	same "|active|import-csv roster.csv|operator:$(id -un)
active|unsubscribed|asked by mail|operator:$(id -un)
unsubscribed|active|asked again|operator:$(id -un)" "$(history $ana)"
}

@test "set-status says whom" {
	example
	participant add -q --did did:plc:two --email ANA@bluebird.example
	fails 65 participant set-status --email ana@bluebird.example --status inactive
	same "participant: ana@bluebird.example: 2 participants have this address: name one by --did: $ana, did:plc:two"
	fails 65 participant set-status --email nobody@bluebird.example --status inactive
	fails 65 participant set-status --did did:plc:nobody --status inactive
	fails 64 participant set-status --status inactive
	fails 64 participant set-status --did $ana --email ana@bluebird.example --status inactive
	fails 64 participant set-status --did $ana
	fails 64 participant set-status --did $ana --status gone
	fails 65 participant set-status --did $ana --status inactive --reason $'a\eb'
}

@test "add and update" {
	same "added did:plc:a <A.b@x.example>; email: A.b@x.example, status: inactive, type: test, language: pt-BR" \
		"$(participant add -d did:plc:a -e A.b@X.example -s inactive -t TEST --language pt_br)"
	fails 77 participant add -d did:plc:a -e other@x.example
	same "added did:plc:p <5f@email.prolific.com>; email: 5f@email.prolific.com, status: active, type: prolific, prolific_id: 5f" \
		"$(participant add --did did:plc:p --prolific-id 5f)"
	fails 65 participant add -d did:plc:b
	fails 64 participant add -e b@x.example
	fails 65 participant update -d did:plc:b -e b@x.example
	same "updated did:plc:a <A.b@x.example>; type: test -> (none), feed_url: at://x/y" \
		"$(participant update --did did:plc:a --type '' --feed-url at://x/y)"
	fails 65 participant update --did did:plc:a --email ''
	same "unchanged did:plc:a <A.b@x.example>" "$(participant update --did did:plc:a)"
	same "2026-11-20 08:00:00" "$(sql "SELECT email_changed_at FROM v_participants WHERE did = 'did:plc:a'")"
	MAILROOM_NOW=2026-11-21T09:00:00Z participant update -q --did did:plc:a --email c@x.example
	same "2026-11-21 09:00:00" "$(sql "SELECT email_changed_at FROM v_participants WHERE did = 'did:plc:a'")"
	same '{"change":"updated","dry_run":true,"email":"d@x.example"}' \
		"$(participant update -n --json --did did:plc:a --email d@x.example | jq -c '{change, dry_run, email: .participant.email}')"
	same c@x.example "$(sql "SELECT email FROM participants WHERE did = 'did:plc:a'")"
}

# outbox ID DID ADDRESS STATE [SUBJECT]: a message to a participant, with an attempt where it is sent or failed
outbox() {
	local file=$MAILROOM_DATA_DIR/outbox/$1.eml
	mkdir -p "${file%/*}/simulated"
	echo "To: $3" > "$file"
	sql "INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes, attempts, created_at, updated_at)
		VALUES ($1, 'participant', 'participant:study:$2:$1', '$4', '${5:-Update for $3}', 'lab@harbor.example', '$1@harbor.example', 0, 1, x'$(sha256sum < "$file" | cut -d ' ' -f 1)', $(stat -c %s "$file"), 1, $1, $1);
		INSERT INTO outbox_recipients (outbox_id, address, participant_id, state)
		SELECT $1, '$3', (SELECT id FROM participants WHERE did = '$2'), CASE WHEN '$4' IN ('sent', 'failed') THEN '$4' ELSE 'waiting' END;
		INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes, rendered_at, started_at, status, code, enhanced, words, remote_id)
		SELECT $1, 1, '$3', 'smtp', '$1@harbor.example', zeroblob(32), 1, 0, 1763625600, '$4', 250, '2.1.5', 'ok <$3>', 'remote-$3' WHERE '$4' IN ('sent', 'failed')"
}

@test "show tells the history and the last mails" {
	example
	outbox 1 $ana ana@bluebird.example sent $'Your\eweek'
	outbox 2 $ana ana@bluebird.example ready Today
	same "did                     $ana
email                   ana@bluebird.example
status                  active since 2026-11-20 09:00
type                    pilot
feed_url                https://feeds.harbor.example/f/ana
survey completed        2026-11-02 10:30
prolific_id             -
study_type              reminders
language                en
on the roster since     2026-11-20 09:00
address since           2026-11-20 09:00
in the audit log since  -

history:
2026-11-20 09:00  active  operator:$(id -un)  import-csv roster.csv

last mails:
2  1970-01-01 01:00  waiting  Today
1  2025-11-20 09:00  sent     Your week  ok <ana@bluebird.example>" "$(participant show --did $ana)"
	same "[[2,null],[1,\"sent\"]]" "$(participant show --email ana@bluebird.example --json | jq -c '[.mails[] | [.outbox_id, .attempt_status]]')"
	fails 65 participant show --did did:plc:nobody
	fails 64 participant show
}

@test "the audit log: a new file, then only new participants" {
	example
	same "log.csv: 5 appended" "$(participant export-csv log.csv)"
	same 600 "$(stat -c %a log.csv)"
	same "$header
ana@bluebird.example,$ana,active,pilot,https://feeds.harbor.example/f/ana,2026-11-02T09:30:00Z,,reminders,2026-11-20T08:00:00Z,en" "$(head -2 log.csv)"
	cp log.csv before.csv
	same "log.csv: 0 appended" "$(participant export-csv log.csv)"
	cmp log.csv before.csv
	participant add -q --did did:plc:new --email +new@x.example
	same "dry run: log.csv: 1 appended" "$(participant export-csv -n log.csv)"
	cmp log.csv before.csv
	MAILROOM_NOW=2026-11-21T09:00:00Z participant export-csv -q log.csv
	same "$(cat before.csv)
'+new@x.example,did:plc:new,active,,,,,,2026-11-21T09:00:00Z," "$(cat log.csv)"
	# what has changed since is not written again
	participant update -q --did did:plc:new --email other@x.example
	same '{"format":1,"dry_run":false,"new_file":false,"appended":0,"found":0,"elsewhere":0,"cut_bytes":0}' \
		"$(participant export-csv --json log.csv | jq -c .)"
	run participant export-csv other.csv
	same "participant: warning: other.csv: is new; 6 participants are in the audit log that was before (--full writes everybody)
other.csv: 0 appended"
	same "$header" "$(cat other.csv)"
	fails 64 participant export-csv -
}

@test "the audit log: the header that is there is kept" {
	participant add -q --did did:plc:a --email a@x.example --study-type '=1+1'
	log() { printf "$1" > log.csv; sql "UPDATE participants SET exported_at = NULL"; participant export-csv -q log.csv; same "$(printf "$2")" "$(cat log.csv)"; }
	log 'did,email\n' 'did,email\ndid:plc:a,a@x.example\n'
	log 'Notes, EMAIL ,did,,study_type\n' 'Notes, EMAIL ,did,,study_type\n,a@x.example,did:plc:a,,'"'"'=1+1\n'
	log 'did,email\r\ndid:plc:b,b@x.example\r\n' 'did,email\r\ndid:plc:b,b@x.example\r\ndid:plc:a,a@x.example\r\n'
	log 'did,email\rdid:plc:b,b@x.example\r' 'did,email\rdid:plc:b,b@x.example\rdid:plc:a,a@x.example\r'
	log 'did,email\ndid:plc:b,b@x.example' 'did,email\ndid:plc:b,b@x.example\ndid:plc:a,a@x.example\n'
	log 'did,email' 'did,email\ndid:plc:a,a@x.example\n'
	log '\xef\xbb\xbfdid,email\n' '\xef\xbb\xbfdid,email\ndid:plc:a,a@x.example\n'
	# somebody who stands there is not written again, however that came
	log 'email,did,x\n"a\nb",did:plc:a,\n' 'email,did,x\n"a\nb",did:plc:a,\n'
	log 'did,email,audit_timestamp\ndid:plc:a,,2020-01-01T00:00:00Z' 'did,email,audit_timestamp\ndid:plc:a,,2020-01-01T00:00:00Z'
	same "2020-01-01 00:00:00" "$(sql "SELECT exported_at FROM v_participants")"
	: > log.csv
	sql "UPDATE participants SET exported_at = NULL"
	same "log.csv: 1 appended" "$(participant export-csv log.csv)"
	same "$header" "$(head -1 log.csv)"
}

@test "the audit log: a file that is not ours is left alone" {
	participant add -q --did did:plc:a --email a@x.example
	log() { printf "$1" > log.csv; cp log.csv before.csv; fails "$2" participant export-csv log.csv; grep -qF "$3" <<< "$output"; cmp log.csv before.csv; }
	log 'name,address\n' 65 'this is no audit log of participants'
	log 'did;email\n' 65 'this is no audit log of participants'
	log '\x7fELF\0\1\2' 65 'this is no audit log'
	log 'did,email,did\n' 65 'twice the column "did"'
	log 'did,email\n"did:plc:b,b@x.example\n' 65 'never closed'
	log 'did,email\ndid:plc:"b,b@x.example\n' 65 'line 2'
	mkfifo pipe
	fails 73 participant export-csv pipe
	fails 73 participant export-csv /dev/null
	mkdir dir
	run participant export-csv dir
	[ "$status" -ne 0 ]
	fails 73 participant export-csv none/log.csv
	same 1 "$(sql "SELECT count(*) FROM participants WHERE exported_at IS NULL")"
}

@test "the whole roster is written and read back exactly, formulas and all" {
	cat > t.csv <<-'EOF'
		did,email,study_type,survey_completed_at,prolific_id,language,status,audit_timestamp
		did:plc:f1,=1+1@x.example,"=HYPERLINK(""x"")",2026-11-02T09:30:00+01:00,-5,en,inactive,2026-01-01T00:00:00Z
		did:plc:f2,+a@x.example,'quoted',,,,,
		did:plc:f3,-a@x.example,''twice,,,,,
		did:plc:f4,a@x.example,"a ""b"", c",,,pt-BR,unsubscribed,
		did:plc:f5,b@x.example,＝1,,,,,
		did:plc:f6,c@x.example,@SUM(1),,,,,
	EOF
	# apostrophes before a formula or another apostrophe are taken for ours
	participant import-csv -q t.csv
	same "=HYPERLINK(\"x\")|'quoted'|'twice|a \"b\", c|＝1|@SUM(1)" "$(sql "SELECT study_type FROM participants ORDER BY did" | paste -sd '|')"
	umask 022
	same "full.csv: 6 written" "$(participant export-csv --full full.csv)"
	same 600 "$(stat -c %a full.csv)"
	same "" "$(grep -E '(^|,)"?[=+@-]' full.csv || true)"
	rows() { sql "SELECT did, email, status, type, feed_url, survey_completed_at, prolific_id, study_type, exported_at, language FROM participants ORDER BY did"; }
	before=$(rows)
	same "full.csv: 0 added, 0 updated, 6 unchanged" "$(participant import-csv full.csv)"
	export MAILROOM_DATA_DIR=$BATS_TEST_TMPDIR/second
	export DB=$MAILROOM_DATA_DIR/mailroom.db
	mailroom init -q
	participant import-csv -q full.csv
	same "$before" "$(rows)"
	participant export-csv --full - | cmp - full.csv
	participant export-csv -n --full other.csv
	[ ! -e other.csv ]
	fails 73 participant export-csv --full /dev/null
}

@test "seed-completion sets what is missing" {
	example
	participant add -q --did did:plc:new --email new@x.example
	same "would be updated: did:plc:new <new@x.example>
would be updated: did:web:mara.harbor.example <mara@harbor.example>
dry run: 2 updated" "$(participant seed-completion -n --timestamp 2026-11-01)"
	same "1 updated" "$(participant seed-completion -t 2026-11-01 --did did:plc:new --did did:plc:new --did $ana)"
	same "1 updated" "$(participant seed-completion -t 2026-11-02T10:00:00Z)"
	same "2026-10-31 23:00:00|2026-11-02 10:00:00|2026-11-02 09:30:00" "$(sql "SELECT survey_completed_at FROM v_participants
		WHERE did IN ('did:plc:new', 'did:web:mara.harbor.example', '$ana') ORDER BY did = '$ana', did" | paste -sd '|')"
	fails 65 participant seed-completion -t 2026-11-01 --did did:plc:nobody
	fails 65 participant seed-completion -t soon
	fails 64 participant seed-completion
}

@test "validate finds what keeps mail from its participant" {
	example
	participant validate -q
	sql "UPDATE participants SET feed_url = NULL WHERE did IN ('$bram', 'did:plc:dilan2v6kc4j')"
	participant import-csv -q - <<-EOF
		did,email,feed_url
		did:plc:ANA4QK2x7hzp,ana2@harbor.nl,https://f.example/
		did:plc:x1,ANA@bluebird.example,https://f.example/
		did:plc:x2,a..b@harbor.nl,https://f.example/
		did:plc:x3,$(printf 'a%.0s' {1..65})@harbor.nl,https://f.example/
		did:plc:x4,é@harbor.nl,https://f.example/
		did:plc:x5,a@-harbor.nl,https://f.example/
	EOF
	sql "UPDATE participants SET did = ' did:plc:x5' WHERE did = 'did:plc:x5'"
	participant set-status -q --did $ana --status unsubscribed
	fails 1 participant validate -q
	same "did:plc:ANA4QK2x7hzp <ana2@harbor.nl>: the same did as $ana (unsubscribed)
$ana <ana@bluebird.example>: the same did as did:plc:ANA4QK2x7hzp
$ana <ana@bluebird.example>: the same address as did:plc:x1
did:plc:x1 <ANA@bluebird.example>: the same address as $ana (unsubscribed)
did:plc:x5 <a@-harbor.nl>: spaces stand around the did
did:plc:x5 <a@-harbor.nl>: no mail can be delivered there: a hyphen begins or ends a label of the domain
did:plc:x2 <a..b@harbor.nl>: no mail can be delivered there: two dots stand together before the \"@\"
did:plc:x3 <$(printf 'a%.0s' {1..65})@harbor.nl>: no mail can be delivered there: over 64 bytes stand before the \"@\"
did:plc:x4 <é@harbor.nl>: no mail can be delivered there: what stands before the \"@\" is not ASCII
$bram <Bram.Kok@bluebird.example>: no feed_url"
	fails 1 participant validate --json
	same "2 2 1 4 5 1" "$(jq -r '[["duplicate_did", "duplicate_address", "did", "address", "reserved_address", "feed_url"][] as $k | [.findings[] | select(.kind == $k)] | length] | join(" ")' <<< "$output")"
	same "$bram Bram.Kok@bluebird.example error" "$(jq -r '.findings[] | select(.kind == "feed_url") | "\(.did) \(.email) \(.severity)"' <<< "$output")"
}

@test "validate finds who has done nothing at all" {
	example
	export MAILROOM_COMPLIANCE_DB=$PWD/compliance.db
	sqlite3 -batch compliance.db "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
		CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT);
		INSERT INTO feed_requests SELECT '$ana', '2020-01-01'; INSERT INTO engagements VALUES ('$bram', 'like', '?')"
	fails 1 participant validate -q
	same "did:plc:cleo9y5mq8rb: no activity in the compliance database
did:web:mara.harbor.example: no activity in the compliance database" "$(sed 's/ <.*>//' <<< "$output")"
	same "$(printf 'no_activity\nno_activity')" "$(participant validate --json | jq -r '.findings[] | select(.severity == "error") | .kind')"
	sqlite3 -batch compliance.db "DROP TABLE engagements"
	fails 65 participant validate
	[[ $output == *engagements* ]]
	rm compliance.db
	fails 66 participant validate
}

# The person's texts, looked for in every file of the data folder.
traces() { grep -rlaiE 'bram' "$MAILROOM_DATA_DIR" || true; }

bram_everywhere() {
	example
	participant update -q --did $bram --prolific-id bram5f
	outbox 1 $bram bram.old@bluebird.example sent
	outbox 2 $bram bram.kok@bluebird.example ready
	outbox 3 $ana ana@bluebird.example sent
	outbox 4 $bram bram.kok@bluebird.example failed
	mv "$MAILROOM_DATA_DIR/outbox/4.eml" "$MAILROOM_DATA_DIR/outbox/simulated/"
	sql "INSERT INTO daily_snapshots SELECT 'study', id, '2026-11-19', 1, 3, json_object('like', 3, did, 1), 1, 1, 0, 0 FROM participants WHERE did IN ('$bram', '$ana');
		INSERT INTO compliance_monitoring SELECT 'study', id, '2026-11-19', 1, 10, 14, 1, 0 FROM participants WHERE did IN ('$bram', '$ana');
		INSERT INTO survey_responses SELECT 'SV_1', did, id, 0, 0 FROM participants WHERE did = '$ana';
		INSERT INTO survey_responses SELECT 'SV_1', 'R_1', id, 0, 0 FROM participants WHERE did = '$bram';
		INSERT INTO survey_quarantine (survey_id, response_id, reason, did, email, seen_at) VALUES ('SV_1', 'R_2', 'no feed_url', 'did:plc:BRAM7w3fd2tn', NULL, 0),
			('SV_1', 'R_3', 'no did', NULL, 'BRAM.kok@bluebird.example', 0), ('SV_1', 'R_4', 'no did', NULL, 'ana@bluebird.example', 0)"
}

@test "erase leaves nothing of a person but counts" {
	bram_everywhere
	participant export-csv -q log.csv
	[ -n "$(traces)" ]
	before=$(sql .dump)
	same "would be erased: $bram <Bram.Kok@bluebird.example>: history 1, snapshots 2, survey answers 1, in quarantine 2, messages 3, files 3" \
		"$(participant erase -n --did $bram 2> /dev/null)"
	same "$before" "$(sql .dump)"
	run participant erase --did $bram --yes
	same "participant: warning: the audit log has this person: take the row out of its file by hand
participant: warning: exports and backups made before still have this person
erased $bram <Bram.Kok@bluebird.example>: history 1, snapshots 2, survey answers 1, in quarantine 2, messages 3, files 3"
	same "" "$(traces)"
	same "1|sent|0|erased:2|sent|sent|250
2|discarded|0|erased:2|waiting||
3|sent|1|ana@bluebird.example|sent|sent|250
4|failed|0|erased:2|failed|failed|250" "$(sql "SELECT o.id, o.state, o.subject <> '', r.address, r.state, t.status, t.code FROM outbox o
		JOIN outbox_recipients r ON r.outbox_id = o.id LEFT JOIN send_attempts t ON t.outbox_id = o.id AND t.recipient = r.address ORDER BY o.id")"
	same 3.eml "$(cd "$MAILROOM_DATA_DIR/outbox" && echo *.eml)"
	same "1 1 2 1" "$(sql "SELECT (SELECT count(*) FROM daily_snapshots) || ' ' || (SELECT count(*) FROM compliance_monitoring) || ' ' ||
		(SELECT count(*) FROM survey_responses) || ' ' || (SELECT count(*) FROM survey_quarantine)")"
	mailroom doctor -q
	fails 65 participant erase --did $bram --yes
}

@test "nobody who was erased comes back by an import" {
	bram_everywhere
	participant erase -q --did $bram --yes
	run participant import-csv roster.csv
	same "participant: warning: roster.csv: line 3: this person was erased
roster.csv: 0 added, 0 updated, 4 unchanged, 1 left out: erased"
	back() { printf 'did,email,prolific_id\n%s\n' "$1" > t.csv; run participant import-csv -q t.csv; same "" && same 4 "$(sql "SELECT count(*) FROM participants")"; }
	back "did:plc:BRAM7w3fd2tn,new@x.example,"
	back "did:plc:new,BRAM.KOK@Bluebird.example,"
	back "did:plc:new,bram.old@bluebird.example,"
	back "did:plc:new,new@x.example,BRAM5f"
	back "did:plc:new,bram5f@email.prolific.com,"
	back "$ana,bram.kok@bluebird.example,"
	same ana@bluebird.example "$(sql "SELECT email FROM participants WHERE did = '$ana'")"
	fails 77 participant add --did $bram --email new@x.example
	fails 77 participant update --did $ana --email bram.kok@bluebird.example
	same "" "$(traces)"
	# without the key nobody could be known again: nothing is imported
	mv "$MAILROOM_DATA_DIR/secret.key" key
	fails 78 participant import-csv roster.csv
	same 4 "$(sql "SELECT count(*) FROM participants")"
	mv key "$MAILROOM_DATA_DIR/secret.key"
	# a row that is not about anybody erased is taken
	printf 'did,email\ndid:plc:fine,fine@x.example\n' > t.csv
	same "t.csv: 1 added, 0 updated, 0 unchanged" "$(participant import-csv t.csv)"
}

@test "erase asks first, and waits for a message that is being sent" {
	bram_everywhere
	fails 64 participant erase --did $bram < /dev/null
	fails 64 participant erase --yes
	if command -v script > /dev/null; then
		run script -qec "participant erase --did $bram" /dev/null <<< no
		[ "$status" -eq 77 ]
		grep -q "To be erased for good: $bram <Bram.Kok@bluebird.example>" <<< "$output"
		same 1 "$(sql "SELECT count(*) FROM participants WHERE did = '$bram'")"
	fi
	sql "UPDATE outbox SET state = 'sending' WHERE id = 2"
	fails 75 participant erase --did $bram --yes
	same "participant: outbox 2 is being sent to $bram: try again later"
	[ -e "$MAILROOM_DATA_DIR/outbox/2.eml" ]
	sql "UPDATE outbox SET state = 'ready' WHERE id = 2"
	if command -v script > /dev/null; then
		script -qec "participant erase --did $bram" /dev/null <<< yes
		same "" "$(traces)"
	fi
}

# killed CALL N ARGS...: participant dies at its N-th system call of this name; fails when it has fewer.
killed() {
	local call=$1 n=$2; shift 2
	run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" participant "$@"
	[ "$status" -eq 137 ]
}

@test "an import that is killed at any instant leaves all or nothing, and goes through again" {
	command -v strace || skip "strace is not installed"
	kills=0
	for call in pwrite64 fsync fdatasync ftruncate unlink; do
		n=0
		while sql "DELETE FROM participant_status_history; DELETE FROM participants"; n=$((n + 1)); killed "$call" "$n" import-csv roster.csv; do
			kills=$((kills + 1))
			[[ $(sql "SELECT count(*) FROM participants") =~ ^[05]$ ]]
			participant import-csv -q roster.csv
			same "$all" "$(participant list)"
			same 5 "$(sql "SELECT count(*) FROM participant_status_history")"
		done
	done
	echo "$kills"
	[ "$kills" -gt 3 ]
}

@test "an export that is killed at any instant writes nobody twice and loses nobody" {
	command -v strace || skip "strace is not installed"
	example
	kills=0
	for call in openat write pwrite64 fsync fdatasync; do
		n=0
		while rm -f log.csv; sql "UPDATE participants SET exported_at = NULL; DELETE FROM app_settings"; n=$((n + 1)); killed "$call" "$n" export-csv log.csv; do
			kills=$((kills + 1))
			participant export-csv -q log.csv
			same "$ana $bram $cleo did:plc:dilan2v6kc4j did:web:mara.harbor.example" "$(tail -n +2 log.csv | cut -d , -f 2 | paste -sd ' ')"
			same "$header" "$(head -1 log.csv)"
			same 5 "$(sql "SELECT count(*) FROM participants WHERE exported_at IS NOT NULL")"
		done
	done
	echo "$kills"
	[ "$kills" -gt 10 ]
}

@test "half a row that a killed export left is taken off, a whole one stays" {
	command -v strace || skip "strace is not installed"
	example
	printf 'did,email\ndid:plc:other,o@x.example\n' > log.csv
	cp log.csv before.csv
	participant export-csv -q log.csv
	cp log.csv whole.csv
	size=$(stat -c %s before.csv) end=$(stat -c %s whole.csv)
	# the announcement as it is when the write has begun
	cp before.csv log.csv
	sql "UPDATE participants SET exported_at = NULL"
	n=1
	until killed write "$n" export-csv log.csv && [ "$(sql "SELECT value FROM app_settings WHERE key = 'participant_audit_log_pending'")" ]; do
		n=$((n + 1))
	done
	same "$size $((end - size)) $PWD/log.csv" "$(sql "SELECT value FROM app_settings WHERE key = 'participant_audit_log_pending'")"
	cp -r "$MAILROOM_DATA_DIR" announced
	for at in "$size" $((size + 1)) $((size + 12)) $((size + 60)) $((end - 1)) "$end"; do
		rm -r "$MAILROOM_DATA_DIR"; cp -r announced "$MAILROOM_DATA_DIR"
		head -c "$at" whole.csv > log.csv
		participant export-csv -q log.csv
		cmp log.csv whole.csv
	done
	# another file's announcement means nothing to this one
	sql "UPDATE participants SET exported_at = NULL; UPDATE app_settings SET value = '5 1000 /elsewhere.csv' WHERE key = 'participant_audit_log_pending'"
	cp before.csv log.csv
	participant export-csv -q log.csv
	cmp log.csv whole.csv
}

@test "a full disk leaves the audit log and the roster as they were" {
	example
	# a log that ends 1000 bytes before the limit of 1 MB, which the database's files do not reach
	python3 -c 'print("did,email"); row = "did:plc:o," + "x" * 89; print("\n".join([row] * 10474), end="\n")' > log.csv
	size=$(stat -c %s log.csv)
	[ "$size" -gt 1046000 ] && [ "$size" -lt $((1048576 - 500)) ]
	cp log.csv before.csv
	for i in $(seq 40); do echo "did:plc:more$i,more$i@x.example"; done | sed '1i did,email' | participant import-csv -q -
	run bash -c 'trap "" XFSZ; ulimit -f 1024; participant export-csv log.csv'
	same "participant: log.csv: write: File too large"
	[ "$status" -eq 74 ]
	cmp log.csv before.csv
	same 45 "$(sql "SELECT count(*) FROM participants WHERE exported_at IS NULL")"
	same "log.csv: 45 appended" "$(participant export-csv log.csv)"
	run bash -c 'trap "" XFSZ; ulimit -f 1; participant export-csv --full log.csv'
	[ "$status" -ne 0 ]
	same "did,email" "$(head -1 log.csv)"
	same "" "$(find . -maxdepth 1 -name 'log.csv.*')"
}

@test "runs at the same time write nobody twice" {
	for i in $(seq 200); do echo "did:plc:p$i,p$i@x.example"; done | sed '1i did,email' > t.csv
	for _ in 1 2 3 4; do participant import-csv -q t.csv & done
	wait
	same 200 "$(sql "SELECT count(*) FROM participants")"
	same 200 "$(sql "SELECT count(*) FROM participant_status_history")"
	for _ in 1 2 3 4 5 6; do { participant export-csv log.csv > /dev/null 2>&1; echo $? >> statuses; } & done
	wait
	same "" "$(grep -vxE '0|75' statuses || true)"
	grep -qx 0 statuses
	participant export-csv -q log.csv
	same 201 "$(wc -l < log.csv)"
	same 200 "$(tail -n +2 log.csv | cut -d , -f 2 | sort -u | wc -l)"
	exec 9> "$MAILROOM_DATA_DIR/participant.lock"
	flock 9
	fails 75 participant export-csv log.csv 9>&-
	fails 75 participant erase --yes --did did:plc:p1 9>&-
}

@test "an erasure that is killed at any instant is done again" {
	command -v strace || skip "strace is not installed"
	bram_everywhere
	cp -r "$MAILROOM_DATA_DIR" whole
	kills=0
	for call in unlink pwrite64 fsync fdatasync ftruncate; do
		n=0
		while rm -r "$MAILROOM_DATA_DIR"; cp -r whole "$MAILROOM_DATA_DIR"; n=$((n + 1)); killed "$call" "$n" erase --did $bram --yes; do
			kills=$((kills + 1))
			if [ "$(sql "SELECT count(*) FROM participants WHERE did = '$bram'")" = 1 ]; then
				participant erase -q --did $bram --yes
			fi
			sql "PRAGMA wal_checkpoint(TRUNCATE)" > /dev/null
			same "" "$(traces)"
		done
	done
	echo "$kills"
	[ "$kills" -gt 8 ]
}

@test "texts from the roster do not steer the terminal" {
	participant add -q --did did:plc:a --email a@x.example
	sql "UPDATE participants SET study_type = 'x' || char(27) || '[31m', feed_url = 'https://x' || char(0x202e) || 'y', email = 'a' || char(7) || '@x.example'"
	for verb in list "show --did did:plc:a" validate; do
		run participant $verb
		same "" "$(grep -P '[\x00-\x08\x0b-\x1f\x7f]|\x{202e}' <<< "$output" || true)"
	done
}
