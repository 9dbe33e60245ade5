# From a mailbox to a reviewed digest: the example team, contacts and mailboxes through the real programs.
load lib

prepare() {
	OUTBOX=$MAILROOM_DATA_DIR/outbox
	team import -q "$SOURCE/examples/team.csv"
	contact import -q "$SOURCE/examples/contacts.csv"
	account add -q mara@harbor.example
	account add -q jonas@harbor.example --alias jb@harbor.example
	import
}

import() {
	mailsync import -q --account mara@harbor.example "$SOURCE/examples/mailbox.mbox"
	mailsync import -q --account jonas@harbor.example "$SOURCE/examples/mailbox-jonas.mbox"
}

@test "a mailbox goes in and a digest comes out" {
	digest-build team
	run mailparse "$OUTBOX/1.eml"
	same "Team digest, Thursday 19 November 2026: 7 in, 5 out" "$(jq -r .subject <<< "$output")"
	same "mara@harbor.example priya@harbor.example" "$(jq -r '[.to[].address] | join(" ")' <<< "$output")"
	run digest-build team --json
	same "7 in, 5 out, 3 investors, 1 left out" "$(jq -r '.totals | "\(.in) in, \(.out) out, \(.investors) investors, \(.bulk) left out"' <<< "$output")"
	same "Northwind Growth Fund II 3 2
Alder Ventures 2 2
Ines Okafor 2 1" "$(jq -r '.investors[] | "\(.name) \(.in) \(.out)"' <<< "$output")"
	same "Jonas Beck 5 1
Mara Voss 6 4
Priya Nair 0 0" "$(jq -r '.members[] | "\(.name) \(.in) \(.out)"' <<< "$output")"
	digest-send | grep -q 'outbox 1: would send'
}

@test "a forged sender is marked as unverified" {
	same 1 "$(digest-build team --date 2026-11-18 --json | jq .totals.unverified)"
	digest-build team --since 2026-11-18T03:00 --until 2026-11-18T04:00 --preview |
		grep -q 'from an unverified sender: URGENT: changed bank account'
}

@test "the same mail again changes nothing" {
	digest-build team
	import
	digest-build team
	same "1.eml" "$(ls "$OUTBOX")"
	same "1|ready" "$(sql "SELECT id, state FROM outbox")"
}

@test "an admin who leaves stops the digest that was built for them" {
	digest-build team
	team deactivate -q priya@harbor.example
	fails 1 digest-send
	[[ $output == *'priya@harbor.example is no active admin any more: build it again'* ]]
	digest-build team
	same "2 mara@harbor.example" "$(sql "SELECT outbox_id, address FROM outbox_recipients WHERE outbox_id = 2" | tr '|' ' ')"
	digest-send
}
