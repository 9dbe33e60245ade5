# What holds the house together: the direction of includes; help, manual and completion; the installation.
load lib

# includes ROOM ALLOWED...: the files of lib/ROOM include headers of these rooms only.
includes() {
	local room=$1 allowed; shift
	allowed=$(IFS='|'; echo "$*")
	grep -Hn '^#include "[^"]*/' "$SOURCE/lib/$room"/* | grep -vE "#include \"($allowed)/" && return 1
	return 0
}

@test "each room includes only what is below it" {
	includes base base
	includes mail mail base
	includes store store base
	includes job job mail store net base
	[ ! -d "$SOURCE/lib/net" ] || includes net net base
}

@test "each room is held to the rule" {
	same "$(printf '%s\n' base job mail store)" "$(ls -p "$SOURCE/lib" | sed -n 's,/$,,p' | grep -vx net)"
}

@test "only the store includes SQLite and the embedded SQL" {
	same "" "$(grep -lrE '#include [<"](sqlite3|sql)\.h[>"]' "$SOURCE/lib" "$SOURCE/cmd" | grep -v "^$SOURCE/lib/store/" || true)"
	same "" "$(grep -lrE '#include "store/(db)\.h"' "$SOURCE/lib" "$SOURCE/cmd" | grep -v "^$SOURCE/lib/store/" || true)"
}

@test "the library does not exit, print, read the environment or the wall clock" {
	run grep -nrE '\b(exit|getenv|secure_getenv|printf|puts|putchar|perror)\(|\b(stdout|stderr|environ)\b|\btime\(NULL\)|gettimeofday|CLOCK_REALTIME' \
		"$SOURCE/lib" --include='*.[ch]'
	# The log prints, out of memory ends the process, clock_now is for main().
	same "" "$(grep -vE '/lib/base/(log|mem|clock)\.c:|^[^:]*:[0-9]*:\s*(/?\*|//)' <<< "$output" || true)"
}

@test "no SQL is made by formatting" {
	run grep -nrE '"[^"]*\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE) [^"]*%' "$SOURCE/lib" "$SOURCE/cmd" --include='*.[ch]'
	same ""
}

common() { mailroom --complete | sed -n 's/^--\([^	]*\).*/\1/p' | sort; }
verbs() { "$1" --complete | grep -v '^--' | cut -f 1 | sort; }
options() {
	local verb
	{
		"$1" --complete
		for verb in $(verbs "$1"); do "$1" "$verb" --complete; done
	} | sed -n 's/^--\([^	]*\).*/\1/p' | sort -u | comm -23 - <(common)
}
# The options that a manual page has entries for, "=" behind those with an argument.
documented() {
	sed -nE 's/^\.It.* (Fl Fl |Fl -)([a-z0-9-]+) Ar.*/\2=/p; t; s/^\.It.* (Fl Fl |Fl -)([a-z0-9-]+)( .*)?$/\2/p' "$1" | sort -u
}

@test "each program's manual page, help and completion agree with its tables" {
	for program in "$BIN"/*; do
		name=${program##*/} page=$SOURCE/man/${program##*/}.1
		echo "$name"
		[ -f "$page" ]
		"$name" --complete > /dev/null
		same "$(verbs "$name")" "$(sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' "$page" | sort)"
		same "$(options "$name")" "$(documented "$page" | comm -23 - <(common))"
		for verb in $(verbs "$name"); do
			"$name" --help | grep -q "^  $verb "
			for option in $("$name" "$verb" --complete | sed -n 's/^\(--[^=	]*\).*/\1/p'); do
				"$name" "$verb" --help | grep -q -e "$option "
			done
		done
	done
}

@test "mailroom(7) has the common options, and each program" {
	same "$(common)" "$(documented "$SOURCE/man/mailroom.7")"
	same "$(ls "$BIN")" "$(sed -n 's/^\.It Xr \([a-z-]*\) 1$/\1/p' "$SOURCE/man/mailroom.7" | sort)"
}

@test "mailroom.conf(5) has each setting, with its default" {
	page=$SOURCE/man/mailroom.conf.5
	same "$(mailroom config --json | jq -r '.settings[].name')" "$(sed -n 's/^\.It Ev \(MAILROOM_[A-Z0-9_]*\)$/\1/p' "$page")"
	mailroom config --json | jq -r '.settings[] | select(.default) | "\(.name) \(.default)"' > defaults
	[ -s defaults ]
	while read -r name default; do
		echo "$name $default"
		sed -n "/^\.It Ev $name\$/,/^\.It Ev/p" "$page" | grep -qxF "Default: $default."
	done < defaults
}

@test "the example configuration is a configuration, and has each setting" {
	conf=$SOURCE/examples/mailroom.conf
	unset MAILROOM_TZ
	mailroom config -q -c "$conf"
	same "$(mailroom config --json | jq -r '.settings[].name' | sort)" "$(sed -n 's/^#\?\(MAILROOM_[A-Z0-9_]*\)=.*/\1/p' "$conf" | sort)"
	sed 's/^#\(MAILROOM_\)/\1/' "$conf" > all.conf
	mailroom config -q -c all.conf
}

@test "the manual pages are clean" {
	command -v mandoc || skip "mandoc is not installed"
	mandoc -T lint -W warning "$SOURCE"/man/*.[1-9]
}

@test "bash completes verbs, options and files" {
	source "$SOURCE/completions/mailroom.bash"
	COMP_WORDS=(mailroom "do") COMP_CWORD=1
	_mailroom_complete mailroom "do" mailroom
	same doctor "${COMPREPLY[*]}"
	COMP_WORDS=(mailroom doctor --fu) COMP_CWORD=2
	_mailroom_complete mailroom --fu doctor
	same --full "${COMPREPLY[*]}"
	COMP_WORDS=(mailroom init --fu)
	_mailroom_complete mailroom --fu init
	same "" "${COMPREPLY[*]}"
	COMP_WORDS=(mailroom init x)
	_mailroom_complete mailroom x init
	same "" "${COMPREPLY[*]}"
	same "$(ls "$BIN")" "$(complete -p | sed -n 's/.*_mailroom_complete //p' | sort)"
}

@test "the installation is complete and works" {
	prefix=$BATS_TEST_TMPDIR/prefix
	cmake --install "$BUILD" --prefix "$prefix" > log
	for program in "$BIN"/*; do
		name=${program##*/}
		[ -x "$prefix/bin/$name" ]
		[ -f "$prefix/share/man/man1/$name.1" ]
		[ -f "$prefix/share/bash-completion/completions/$name" ]
	done
	same "$(ls "$BIN")" "$(ls "$prefix/bin")"
	[ -f "$prefix/share/man/man5/mailroom.conf.5" ] && [ -f "$prefix/share/man/man7/mailroom.7" ]
	doc=$prefix/share/doc/mailroom
	[ -f "$doc/LICENSE" ] && [ -f "$doc/README.md" ] && [ -f "$doc/CHANGELOG.md" ]
	(cd "$SOURCE/examples" && find . -name '[a-z]*' -type f) > examples
	grep -q update.en.html examples
	while read -r example; do
		cmp "$SOURCE/examples/$example" "$doc/examples/$example"
	done < examples
	"$prefix/bin/mailroom" doctor
	[ ! -d "$prefix/include" ]
}
