#!/usr/bin/env bats
# Threads of a large mailing list, against what three other programs agree on (tests/bench/score_threads.py).
load lib

prepare() { account add mara@harbor.example -q; }

score() {
	python3 "$SOURCE/tests/bench/reorder.py" raid.mbox "$1" "$1"
	mailsync import --account mara@harbor.example -q "$1.mbox"
	run python3 "$SOURCE/tests/bench/score_threads.py" "$DB" "$CORPUS/mail/linux-raid.threads.tsv" "$1.tsv"
	echo "$output"
	[[ $output =~ messages\ ([0-9]+)\ precision\ ([0-9.]+)\ recall\ ([0-9.]+) ]]
	awk "BEGIN { exit !(${BASH_REMATCH[1]} > 19000 && ${BASH_REMATCH[2]} >= 0.999 && ${BASH_REMATCH[3]} >= 0.999) }"
	rm "$1.mbox"
}

unpack() {
	[ -n "$CORPUS" ] && [ -r "$CORPUS/mail/linux-raid.mbox.zst" ] || skip "without MAIL_CORPUS_DIR there is nothing to score"
	zstd -qdc "$CORPUS/mail/linux-raid.mbox.zst" > raid.mbox
}

@test "threads of the corpus in file order (needs MAIL_CORPUS_DIR)" { unpack; score file; }
@test "threads of the corpus reversed (needs MAIL_CORPUS_DIR)" { unpack; score reversed; }
@test "threads of the corpus shuffled (needs MAIL_CORPUS_DIR)" { unpack; score shuffled; }
