load lib

@test "the demo ends with a digest to read, and can be run again" {
	export DEMO_PROGRAMS=$BIN MAILROOM_KEEP=all # settings of the caller do not reach it
	for _ in 1 2; do
		run "$SOURCE/scripts/demo" "$BATS_TEST_TMPDIR/a demo"
		[ "$status" -eq 0 ]
		[[ $output == *"48 seen, 48 stored"*"would send \"Harbor digest"*"BY INVESTOR"*simulated*"5 added"*"11 active days, 10 needed"* ]]
	done
	same 0 "$(grep -c 'MAILROOM_KEEP=all' "$BATS_TEST_TMPDIR/a demo/mailroom.conf" || true)"
	mailparse "$BATS_TEST_TMPDIR/a demo/data/outbox/1.eml" | jq -e '.subject | startswith("Harbor digest")'
	grep -q '</html>' "$BATS_TEST_TMPDIR/a demo/digest.html"
	unset MAILROOM_KEEP MAILROOM_DATA_DIR
	MAILROOM_CONFIG="$BATS_TEST_TMPDIR/a demo/mailroom.conf" fails 0 mailroom doctor -q --full
	same ""
}

@test "the demo leaves a folder alone that it did not make" {
	mkdir mine
	touch mine/file
	DEMO_PROGRAMS=$BIN fails 73 "$SOURCE/scripts/demo" mine
	[ -e mine/file ]
}
