load lib

@test "the session in the README happens as it is told" {
	unset MAILROOM_TZ MAILROOM_NOW MAILROOM_DATA_DIR
	awk '/^```/ {on = 0} on; /^```console/ {on = 1}' "$SOURCE/README.md" > wanted
	[ "$(grep -c '^\$ ' wanted)" -gt 10 ]
	cp -r "$SOURCE"/examples/* .
	sed -n 's/^\$ //p' wanted > commands
	while IFS= read -r line <&3; do
		printf '$ %s\n' "$line"
		eval "$line" < /dev/null
	done 3< commands > got 2>&1
	# How long the digest is may change with its looks.
	diff -u <(sed -E 's/\b1[0-9]{4}\b/SIZE/' wanted) <(sed -E 's/\b1[0-9]{4}\b/SIZE/' got)
}

@test "the crontab in the README is the example's" {
	awk '/^```/ {on = 0} on; /^```crontab/ {on = 1}' "$SOURCE/README.md" > wanted
	[ -s wanted ]
	diff -u wanted <(grep -E '^[0-9*]' "$SOURCE/examples/crontab")
}

@test "the crontab's commands are commands" {
	while read -r _ _ _ _ _ command; do
		for part in "${command%%&&*}" "${command##*&&}"; do
			read -r program verb rest <<< "$part"
			echo "$program $verb $rest"
			if [[ $program == digest-send ]]; then verb=run rest=$(cut -d' ' -f2- <<< "$part "); fi
			for option in $(grep -o -- '--[a-z-]*' <<< "$rest"); do
				"$program" "$verb" --complete | grep -q -e "^$option"
			done
			"$program" "$verb" --complete > /dev/null
		done
	done < <(grep -E '^[0-9*]' "$SOURCE/examples/crontab")
}
