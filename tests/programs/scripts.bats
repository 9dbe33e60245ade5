# scripts/bootstrap, on a machine of our own making: what is installed and who may install stands in files.
load lib

prepare() {
	mkdir fake
	cat > fake/dpkg-query <<-'END'
		#!/bin/sh
		grep -qx "$4" installed && echo installed
	END
	cat > fake/apt-get <<-'END'
		#!/bin/sh
		echo "apt-get $*" >> calls
	END
	printf '#!/bin/sh\ncat uid\n' > fake/id
	printf '#!/bin/sh\n[ "$1" = -n ] && [ -e may-sudo ] || exit 1\nshift\n[ "$1" = true ] || echo sudo >> calls\nexec "$@"\n' > fake/sudo
	chmod +x fake/*
	PATH=$PWD/fake:$PATH
	: > calls
	echo 0 > uid
	"$SOURCE/scripts/bootstrap" --print build test > installed
}

@test "bootstrap lists packages by job" {
	same 1 "$(grep -cx cmake installed)"
	same 1 "$(grep -cx bats installed)"
	same 0 "$(grep -cx notmuch installed)"
	same "$(sort -u installed)" "$(cat installed)"
	"$SOURCE/scripts/bootstrap" --print bench | grep -qx notmuch
	same "$(cat installed)" "$("$SOURCE/scripts/bootstrap" --print)"
	fails 64 "$SOURCE/scripts/bootstrap" nonsense
}

@test "bootstrap does nothing when nothing is missing" {
	run "$SOURCE/scripts/bootstrap"
	[ "$status" -eq 0 ]
	same ""
	same "" "$(cat calls)"
}

@test "bootstrap installs what is missing, as root" {
	sed -i '/^cmake$/d; /^bats$/d' installed
	fails 0 "$SOURCE/scripts/bootstrap"
	same "apt-get update -qq
apt-get install -qq --no-install-recommends --no-remove bats cmake" "$(cat calls)"
}

@test "bootstrap uses sudo, and says what it would need where it may not" {
	sed -i '/^cmake$/d' installed
	echo 1000 > uid
	fails 77 "$SOURCE/scripts/bootstrap" < /dev/null
	[[ $output == *"apt-get install --no-install-recommends cmake"* ]]
	same "" "$(cat calls)"
	touch may-sudo
	fails 0 "$SOURCE/scripts/bootstrap" < /dev/null
	same "sudo
apt-get update -qq
sudo
apt-get install -qq --no-install-recommends --no-remove cmake" "$(cat calls)"
}

@test "every package of bootstrap is one that Debian 12 has" {
	command -v apt-cache > /dev/null || skip "no apt here"
	apt-cache pkgnames | sort > known
	grep -qx cmake known || skip "no package lists here"
	same "" "$("$SOURCE/scripts/bootstrap" --print build test lint fuzz bench | comm -23 - known)"
}

@test "bootstrap leaves Postfix without a configuration, and out where another mail server is" {
	sed -i '/^postfix$/d' installed
	printf '#!/bin/sh\necho "debconf: $(cat)" >> calls\n' > fake/debconf-set-selections
	printf '#!/bin/sh\necho "$0 $*" >> files\n' | tee fake/chmod > fake/tee
	chmod +x fake/*
	fails 0 "$SOURCE/scripts/bootstrap"
	same "apt-get update -qq
debconf: postfix postfix/main_mailer_type select No configuration
apt-get install -qq --no-install-recommends --no-remove postfix" "$(cat calls)"
	: > calls
	echo exim4-daemon-light >> installed
	fails 0 "$SOURCE/scripts/bootstrap"
	same "" "$(cat calls)"
}
