load lib

@test "a mailbox is added once, its aliases whenever they come" {
	same "added mara@harbor.example" "$(account add Mara@HARBOR.example --alias m@harbor.example)"
	same "unchanged mara@harbor.example" "$(account add mara@harbor.example --alias M@harbor.example)"
	same "changed mara@harbor.example" "$(account add mara@harbor.example --alias mv@harbor.example -a voss@harbor.example)"
	same "changed mara@harbor.example" "$(account alias mara@harbor.example x@harbor.example y@harbor.example)"
	same "changed mara@harbor.example" "$(account unalias mara@harbor.example x@harbor.example m@harbor.example)"
	same "mara@harbor.example  on  file  -  -  mv@harbor.example voss@harbor.example y@harbor.example" "$(account list)"
	fails 65 account unalias mara@harbor.example nobody@harbor.example
	same "account: nobody@harbor.example is no alias of the mailbox mara@harbor.example"
}

@test "a domain is kept in its ASCII form" {
	same "added mara@xn--bcher-kva.example" "$(account add mara@BÜCHER.example)"
}

@test "what is no address is refused" {
	for bad in mara @harbor.example mara@ mara@harbor 'a b@harbor.example' 'Mara <mara@harbor.example>' 'a,b@harbor.example' \
		'mara@@harbor.example' 'mara@harbor..example' $'a\nb@harbor.example' "$(printf '%0400d' 0)@harbor.example" ''; do
		fails 65 account add "$bad"
		grep -q 'is no mail address: ' <<< "$output"
	done
	same "" "$(account list)"
}

@test "one address belongs to one mailbox" {
	account add -q mara@harbor.example --alias m@harbor.example
	account add -q jonas@harbor.example
	fails 77 account add m@harbor.example
	same "account: m@harbor.example is an alias of the mailbox mara@harbor.example already"
	fails 77 account alias jonas@harbor.example m@harbor.example
	fails 77 account alias jonas@harbor.example mara@harbor.example
	same "account: mara@harbor.example is a mailbox of its own"
	fails 77 account add new@harbor.example --alias ok@harbor.example --alias m@harbor.example
	same 2 "$(account list | wc -l)"
}

@test "an investor's address is refused" {
	contact add -q contact --name Kay --address kay@northwind.example
	fails 77 account add kay@northwind.example
	same "account: kay@northwind.example is on record for Kay: an address of our own cannot be an investor's"
	account add -q mara@harbor.example
	fails 77 account alias mara@harbor.example kay@northwind.example
}

@test "a removed mailbox can be restored, and its alias used by another" {
	account add -q mara@harbor.example --alias m@harbor.example --alias v@harbor.example
	same "removed mara@harbor.example" "$(account remove mara@harbor.example)"
	same "" "$(account list)"
	same "mara@harbor.example  removed  file  -  -  m@harbor.example v@harbor.example" "$(account list --all)"
	fails 65 account remove mara@harbor.example
	account add -q jonas@harbor.example --alias m@harbor.example
	same "restored mara@harbor.example" "$(account restore mara@harbor.example)"
	same "jonas@harbor.example  on  file  -  -  m@harbor.example
mara@harbor.example   on  file  -  -  v@harbor.example" "$(account list)"
	account remove -q mara@harbor.example
	same "restored mara@harbor.example" "$(account add mara@harbor.example)"
	fails 65 account restore mara@harbor.example
	account remove -q mara@harbor.example
	account alias -q jonas@harbor.example mara@harbor.example
	fails 77 account restore mara@harbor.example
}

@test "a dry run changes nothing" {
	same "would be added: mara@harbor.example" "$(account add -n mara@harbor.example)"
	same "" "$(account list)"
	account add -q mara@harbor.example
	same "would be removed: mara@harbor.example" "$(account remove -n mara@harbor.example)"
	same "mara@harbor.example  on  file  -  -" "$(account list)"
}

@test "the same as JSON" {
	account add -q mara@harbor.example --alias m@harbor.example
	same '{"format": 1, "accounts": [{"address": "mara@harbor.example", "aliases": ["m@harbor.example"], "sync_enabled": true, "removed": false, "provider": "file", "last_ok_at": null, "last_error_at": null, "last_error": null, "smtp": null}]}' \
		"$(account list --json)"
	same '{"format": 1, "change": "added", "dry_run": true, "account": {"address": "jonas@harbor.example", "aliases": [], "sync_enabled": true, "removed": false, "provider": "file", "last_ok_at": null, "last_error_at": null, "last_error": null}}' \
		"$(account add -n --json jonas@harbor.example)"
}

@test "usage" {
	fails 64 account
	fails 64 account enrol
	fails 64 account add
	fails 64 account add a@b.example c@d.example
	fails 64 account alias a@b.example
	fails 66 account list --db "$BATS_TEST_TMPDIR/gone.db"
}
