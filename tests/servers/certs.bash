# shellcheck shell=bash
# Certificates for test servers, made anew for each run. certs_make FOLDER: ca.pem, and for each of right, wrong, expired and
# selfsigned a NAME.pem and NAME.key. All but "wrong" are for localhost and 127.0.0.1 to 127.0.0.9.

certs_make() {
	local dir=$1 names='subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3,IP:127.0.0.4'
	mkdir -p "$dir"
	(
		cd "$dir" || exit
		cert_self ca '/CN=Test CA of Mailroom' -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign'
		cert_self selfsigned /CN=localhost -addext "$names"
		cert_by_ca right "$names" -days 30
		cert_by_ca wrong 'subjectAltName=DNS:mail.other.example,DNS:*.third.example' -days 30
		cert_by_ca expired "$names" -not_before 20200101000000Z -not_after 20210101000000Z
	) >"$dir/log" 2>&1 || { cat "$dir/log"; return 1; }
}

cert_self() {
	local name=$1 subject=$2; shift 2
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout "$name.key" -out "$name.pem" \
		-subj "$subject" "$@"
}

# OpenSSL 3.0 sets dates only by its "ca" command.
cert_by_ca() {
	local name=$1 names=$2 from to
	shift 2
	case $1 in
	-days) from=$(date -u -d '1 day ago' +%Y%m%d%H%M%SZ) to=$(date -u -d "$2 days" +%Y%m%d%H%M%SZ) ;;
	*) from=$2 to=$4 ;;
	esac
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name"
	printf '%s\n' '[ca]' 'default_ca = test' '[test]' 'database = index' 'new_certs_dir = .' 'serial = serial' 'default_md = sha256' \
		'policy = any' 'x509_extensions = ext' 'unique_subject = no' '[any]' 'commonName = supplied' '[ext]' "$names" >"$name.cnf"
	: >index
	[ -f serial ] || echo 1000 >serial
	openssl ca -batch -config "$name.cnf" -cert ca.pem -keyfile ca.key -startdate "$from" -enddate "$to" -in "$name.csr" \
		-out "$name.pem" -notext
}
