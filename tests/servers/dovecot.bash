# shellcheck shell=bash disable=SC1091,SC2034 # variables for the tests
# Debian's Dovecot as a test server: its own configuration, certificates and mailboxes in a folder of its own, on ports of
# 127.0.0.1 to .4 that the kernel chose, without rights (as root: as "nobody"), ended by dovecot_stop.
#
# dovecot_start        sets DOVECOT_DIR, DOVECOT_IMAP (plain, STARTTLS) and DOVECOT_IMAPS (ports), DOVECOT_CA (file)
#                      127.0.0.1 has the right certificate, .2 one for another host, .3 an expired, .4 a self-signed one
#                      with DOVECOT_RELAY=PORT also DOVECOT_SUBMISSION (STARTTLS), handing on to that port (see postfix.bash)
# dovecot_mail USER FOLDER FILE...    puts messages into a folder ("" is INBOX)
# dovecot_maildir USER FOLDER         prints where the folder is
# dovecot_stop
#
# Users kay and mara have the password "secret word"; the token "good-token" is valid for kay@test.example.

. "${BASH_SOURCE[0]%/*}/certs.bash"

dovecot_free_ports() {
	python3 -c 'import socket, sys
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(x.getsockname()[1] for x in s))' "$1"
}

dovecot_binary() { PATH=$PATH:/usr/sbin:/sbin command -v dovecot; }

dovecot_own() { if [ "$(id -u)" -eq 0 ]; then chown -R nobody:nogroup "$@"; fi; }

dovecot_config() {
	local user group=nogroup d=$DOVECOT_DIR
	if [ "$(id -u)" -eq 0 ]; then user=nobody; else user=$(id -un) group=$(id -gn); fi
	cat <<-EOF
		base_dir = $d/run
		state_dir = $d/run
		log_path = $d/log
		protocols = imap${DOVECOT_RELAY:+ submission}
		default_internal_user = $user
		default_internal_group = $group
		default_login_user = $user
		first_valid_uid = 1
		ssl = yes
		ssl_cert = <$d/certs/right.pem
		ssl_key = <$d/certs/right.key
		local 127.0.0.2 {
		  ssl_cert = <$d/certs/wrong.pem
		  ssl_key = <$d/certs/wrong.key
		}
		local 127.0.0.3 {
		  ssl_cert = <$d/certs/expired.pem
		  ssl_key = <$d/certs/expired.key
		}
		local 127.0.0.4 {
		  ssl_cert = <$d/certs/selfsigned.pem
		  ssl_key = <$d/certs/selfsigned.key
		}
		disable_plaintext_auth = no
		auth_mechanisms = plain login xoauth2 oauthbearer
		auth_failure_delay = 0
		passdb {
		  driver = passwd-file
		  mechanisms = plain login
		  args = $d/passwd
		}
		passdb {
		  driver = oauth2
		  mechanisms = xoauth2 oauthbearer
		  args = $d/oauth2
		}
		userdb {
		  driver = static
		  args = uid=$user gid=$group home=$d/mail/%n
		}
		mail_location = maildir:~/Maildir
		mail_fsync = never
		namespace inbox {
		  inbox = yes
		  mailbox Drafts {
		    special_use = \\Drafts
		    auto = create
		  }
		  mailbox "Sent Things" {
		    special_use = \\Sent
		    auto = create
		  }
		  mailbox Rubbish {
		    special_use = \\Trash
		    auto = create
		  }
		  mailbox Unwanted {
		    special_use = \\Junk
		    auto = create
		  }
		}
		service imap-login {
		  chroot =
		  inet_listener imap {
		    address = 127.0.0.1
		    port = $DOVECOT_IMAP
		  }
		  inet_listener imaps {
		    address = 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4
		    port = $DOVECOT_IMAPS
		    ssl = yes
		  }
		}
		service auth {
		  unix_listener auth-client {
		    mode = 0666
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
	EOF
	if [ -n "${DOVECOT_RELAY-}" ]; then dovecot_submission_config; fi
}

dovecot_submission_config() {
	cat <<-EOF
		service submission-login {
		  chroot =
		  inet_listener submission {
		    address = 127.0.0.1
		    port = $DOVECOT_SUBMISSION
		  }
		}
		hostname = dovecot.test.example
		submission_relay_host = 127.0.0.1
		submission_relay_port = $DOVECOT_RELAY
		submission_relay_ssl = no
	EOF
}

dovecot_start() {
	local try
	DOVECOT_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mailroom-dovecot.XXXXXX") && chmod 755 "$DOVECOT_DIR" || return
	DOVECOT_CA=$DOVECOT_DIR/certs/ca.pem
	certs_make "$DOVECOT_DIR/certs" || return
	mkdir "$DOVECOT_DIR/mail" "$DOVECOT_DIR/run"
	printf '%s:{PLAIN}secret word::::::\n' kay mara >"$DOVECOT_DIR/passwd"
	python3 "${BASH_SOURCE[0]%/*}/introspection.py" </dev/null >"$DOVECOT_DIR/introspection" 2>"$DOVECOT_DIR/introspection.log" 3>&- & DOVECOT_TOKENS=$!
	for try in {1..5}; do
		read -r DOVECOT_IMAP DOVECOT_IMAPS DOVECOT_SUBMISSION < <(dovecot_free_ports 3)
		dovecot_try && return
	done
	cat "$DOVECOT_DIR/log"
	return 1
}

dovecot_try() {
	local i port as=()
	if [ "$(id -u)" -eq 0 ]; then as=(setpriv --reuid=nobody --regid=nogroup --clear-groups); fi
	for ((i = 0; i < 200; i++)); do
		if read -r port 2>/dev/null <"$DOVECOT_DIR/introspection"; then break; fi
		sleep 0.05
	done
	printf '%s\n' "introspection_mode = post" "introspection_url = http://127.0.0.1:$port/" "username_attribute = email" \
		"username_format = %Ln" "active_attribute = active" "active_value = true" >"$DOVECOT_DIR/oauth2"
	dovecot_config >"$DOVECOT_DIR/dovecot.conf"
	dovecot_own "$DOVECOT_DIR"
	# File descriptor 3 is bats's: a server that kept it would keep bats waiting.
	"${as[@]}" "$(dovecot_binary)" -F -c "$DOVECOT_DIR/dovecot.conf" </dev/null >"$DOVECOT_DIR/out" 2>&1 3>&- & DOVECOT_PID=$!
	for ((i = 0; i < 200; i++)); do
		if (exec 9<>"/dev/tcp/127.0.0.1/$DOVECOT_IMAPS") 2>/dev/null; then return 0; fi
		kill -0 "$DOVECOT_PID" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

dovecot_stop() {
	if [ -n "${DOVECOT_PID-}" ]; then kill "$DOVECOT_PID" 2>/dev/null; wait "$DOVECOT_PID" 2>/dev/null; fi
	if [ -n "${DOVECOT_TOKENS-}" ]; then kill "$DOVECOT_TOKENS" 2>/dev/null; wait "$DOVECOT_TOKENS" 2>/dev/null; fi
	if [ -n "${DOVECOT_DIR-}" ]; then rm -rf "$DOVECOT_DIR"; fi
	return 0
}

dovecot_maildir() { printf '%s\n' "$DOVECOT_DIR/mail/$1/Maildir${2:+/.$2}"; }

dovecot_mail() {
	local dir file i=0
	dir=$(dovecot_maildir "$1" "$2"); shift 2
	mkdir -p "$dir"/{cur,new,tmp}
	for file; do
		i=$((i + 1))
		cp -p "$file" "$dir/cur/$((1700000000 + i)).M$i.test:2,"
	done
	dovecot_own "$DOVECOT_DIR/mail"
}

# dovecot_fill USER FOLDER COUNT: messages 1 to COUNT of odd sizes, all different, with 8-bit bytes and NUL-free.
dovecot_fill() {
	local dir
	dir=$(dovecot_maildir "$1" "$2")
	mkdir -p "$dir"/{cur,new,tmp}
	python3 -c 'import os, sys
dir, count = sys.argv[1], int(sys.argv[2])
for i in range(1, count + 1):
    text = f"From: a{i % 97}@northwind.example\r\nTo: kay@test.example\r\nSubject: number {i}\r\nMessage-ID: <{i}@test.example>\r\n\r\n"
    text += f"line {i}\r\n" * (i * 7919 % 211) + "caf\u00e9 )\r\n"
    with open(f"{dir}/cur/{1700000000 + i}.M{i}.test:2,{str() if i % 3 else str(chr(83))}", "wb") as f:
        f.write(text.encode())' "$dir" "$3"
	dovecot_own "$DOVECOT_DIR/mail"
}
