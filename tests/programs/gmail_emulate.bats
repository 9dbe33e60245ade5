# A second opinion on the Gmail client: npm's emulate, which nobody here wrote. Where Node 20 or the package is not to be had,
# the tests say so.
EMULATE=emulate@0.11.2

setup_file() {
	export EMULATE_DIR=$MAILROOM_BUILD/npm-emulate EMULATE_MISSING=
	if ! command -v node >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
		EMULATE_MISSING="Node 20 is not installed"
	elif [ ! -x "$EMULATE_DIR/node_modules/.bin/emulate" ]; then
		mkdir -p "$EMULATE_DIR"
		echo '{"private": true}' > "$EMULATE_DIR/package.json"
		(cd "$EMULATE_DIR" && timeout 120 npm install --no-audit --no-fund --ignore-scripts --save-exact "$EMULATE" >/dev/null 2>&1) ||
			EMULATE_MISSING="npm cannot fetch $EMULATE"
	fi
}

setup() {
	[ -z "$EMULATE_MISSING" ] || skip "$EMULATE_MISSING"
	cd "$BATS_TEST_TMPDIR" || return
	cat > seed.yml <<-END
		tokens:
		  team-token: {login: team@harbor.example, scopes: [openid]}
		google:
		  users: [{email: team@harbor.example, name: Team}]
	END
	exec {from}< <(NODE_OPTIONS="--require $MAILROOM_SOURCE/tests/fake/loopback.cjs" \
		exec node "$EMULATE_DIR/node_modules/.bin/emulate" start -s google --seed seed.yml 2>&1 3>&-)
	server=$!
	while read -r -u "$from" word port; do [ "$word" != listening ] || return 0; done
	echo "emulate does not start"
	return 1
}

teardown() { [ -z "$server" ] || kill "$server"; }

@test "emulate: list, raw bytes, history, attachments, drafts and sending" {
	[ "$(node -p "require('$EMULATE_DIR/node_modules/emulate/package.json').version")" = "${EMULATE#*@}" ]
	"$MAILROOM_BUILD/tests/programs/gmail_second" "http://127.0.0.1:$port" team-token
}
