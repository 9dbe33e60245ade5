"""A small IMAP server that fails on demand, for tests. Python's standard library only.

usage: imap.py [--mail FOLDER] [--count N] [--fault KIND@WHERE]... [--tls|--starttls CERT KEY] [--uidvalidity N]
               [--capabilities WORDS] [--untold] [--token TOKEN] [--log FILE]

Prints its port on 127.0.0.1 and serves until its parent is gone or 10 minutes have passed.
--mail     each *.eml is a message of INBOX in the order of the names; a subfolder is a folder of its own
--count    N made-up messages in INBOX besides
--fault    KIND once, at WHERE: the N-th command of all connections (1 is the first), or the first command of that name
           (LOGIN, AUTHENTICATE, CAPABILITY, LIST, EXAMINE, FETCH, SEARCH, STARTTLS, GREETING)
           no, bad, bye: answers that; close: hangs up; stall: says nothing; junk: no IMAP; later: NO [UNAVAILABLE]
           cut: hangs up in the middle of the first literal (or line); giant: announces a literal of 900 GB; large: sends 300 MB
           as one literal; endless: a line without end; bomb: brackets without end; trickle: a byte every 20 ms for ever
           inject: for STARTTLS, sends an answer of its own in plain text behind the OK
           twice: FETCH answers come twice, and of messages that nobody asked for
--untold   neither the greeting nor the login tells the capabilities
A user is anyone with the password "secret word". OAUTHBEARER and XOAUTH2 take --token, and follow RFC 7628 on a bad one.
"""
import argparse
import base64
import os
import re
import socket
import socketserver
import ssl
import sys
import threading
import time

CAPABILITIES = "IMAP4rev1 SASL-IR AUTH=PLAIN CONDSTORE ESEARCH SPECIAL-USE"


class Fault(Exception):
    """The connection is over."""


class World:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.commands = 0
        self.faults = [f.split("@", 1) for f in options.fault]
        self.folders = {"INBOX": []}
        self.load(options.mail)
        for n in range(1, options.count + 1):
            self.folders["INBOX"].append(b"Subject: %d\r\nMessage-ID: <%d@fake.example>\r\n\r\nNumber %d\r\n" % (n, n, n))

    def load(self, top):
        for folder, _, names in os.walk(top) if top else ():
            key = os.path.relpath(folder, top)
            mails = self.folders.setdefault("INBOX" if key == "." else key, [])
            for name in sorted(n for n in names if n.endswith(".eml")):
                with open(os.path.join(folder, name), "rb") as f:
                    mails.append(re.sub(rb"(?<!\r)\n", b"\r\n", f.read()))

    def fault(self, name):
        """The fault that is due at this command, or None."""
        with self.lock:
            if name != "GREETING":
                self.commands += 1
            for i, (kind, where) in enumerate(self.faults):
                if where == name or where == str(self.commands):
                    del self.faults[i]
                    return kind
        return None

    def log(self, line):
        if self.options.log:
            with self.lock, open(self.options.log, "a", encoding="utf-8") as f:
                f.write(line + "\n")


class Session(socketserver.BaseRequestHandler):
    def setup(self):
        self.world, self.folder, self.cut = self.server.world, None, False
        self.request.settimeout(60)

    def handle(self):
        try:
            if self.world.options.tls:
                self.wrap(self.world.options.tls)
            kind = self.world.fault("GREETING")
            self.file = self.request.makefile("rb")
            if not self.misbehave(kind, "*"):
                self.say("* OK fake" if self.world.options.untold else f"* OK [CAPABILITY {self.capabilities()}] fake")
            for _ in range(100000):
                line = self.file.readline(65536)
                if not line or not self.command(line.decode("utf-8", "replace").rstrip("\r\n")):
                    return
        except (Fault, OSError):
            pass

    def wrap(self, pair):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        self.request = context.wrap_socket(self.request, server_side=True)

    def capabilities(self):
        words = self.world.options.capabilities
        if self.world.options.token and "BEARER" not in words and "XOAUTH2" not in words:
            words += " AUTH=OAUTHBEARER AUTH=XOAUTH2"
        if self.world.options.starttls and not isinstance(self.request, ssl.SSLSocket):
            words += " STARTTLS LOGINDISABLED"
        return words

    def send(self, data):
        if self.cut and len(data) > 1:
            self.request.sendall(data[: len(data) // 2])
            raise Fault
        self.request.sendall(data)

    def say(self, line):
        self.send(line.encode() + b"\r\n")

    def misbehave(self, kind, tag):
        """True when the fault was the answer."""
        if kind in ("no", "bad"):
            self.say(f"{tag} {kind.upper()} as the test wants it")
        elif kind == "later":
            self.say(f"{tag} NO [UNAVAILABLE] come back later")
        elif kind == "bye":
            self.say("* BYE going down")
            raise Fault
        elif kind == "close":
            raise Fault
        elif kind == "stall":
            while self.request.recv(65536):
                pass
            raise Fault
        elif kind == "junk":
            self.say("HTTP/1.1 400 Bad Request")
        elif kind == "giant":
            self.say("* 1 FETCH (UID 1 BODY[] {900000000000}")
            self.flood(b"x" * 65536, 100)
        elif kind == "large":
            self.say("* 1 FETCH (UID 1 BODY[] {%d}" % (300 * 65536 * 16))
            self.flood(b"x" * 65536, 300 * 16)
            self.say(")")
            return False
        elif kind == "endless":
            self.flood(b"* OK " + b"x" * 65536, 10000)
        elif kind == "bomb":
            self.send(b"* 1 FETCH (BODYSTRUCTURE ")
            self.flood(b"(" * 65536, 1000)
        elif kind == "trickle":
            for _ in range(30000):
                self.send(b"*" if _ == 0 else b" ")
                time.sleep(0.02)
        else:
            self.cut = kind == "cut"
            return False
        return True

    def flood(self, piece, times):
        for _ in range(times):
            self.send(piece)

    def command(self, line):
        tag, _, rest = line.partition(" ")
        name, _, args = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _, args = args.partition(" ")
            name = name.upper()
        kind = self.world.fault(name)
        self.world.log(f"{name} {'...' if name in ('LOGIN', 'AUTHENTICATE') else args}".rstrip())
        self.twice, self.inject = kind == "twice", kind == "inject"
        if self.misbehave(kind, tag):
            return True
        handler = getattr(self, "do_" + name.lower(), None)
        if not handler:
            self.say(f"{tag} BAD unknown")
            return True
        return handler(tag, args) is not False

    def do_capability(self, tag, args):
        self.say("* CAPABILITY " + self.capabilities())
        self.say(f"{tag} OK")

    def do_noop(self, tag, args):
        self.say(f"{tag} OK")

    def do_logout(self, tag, args):
        self.say("* BYE see you")
        self.say(f"{tag} OK")
        return False

    def do_starttls(self, tag, args):
        if not self.world.options.starttls:
            return self.say(f"{tag} BAD no TLS here")
        extra = b"a2 OK [CAPABILITY IMAP4rev1 INJECTED] plain\r\n" if self.inject else b""
        self.send(f"{tag} OK go on\r\n".encode() + extra)
        self.wrap(self.world.options.starttls)
        self.file = self.request.makefile("rb")

    def do_login(self, tag, args):
        good = args.endswith(' "secret word"')
        self.say(f"{tag} OK in" if good else f"{tag} NO [AUTHENTICATIONFAILED] wrong password: {args}")

    def do_authenticate(self, tag, args):
        name, _, message = args.partition(" ")
        if not message:
            self.say("+ ")
            message = self.file.readline(65536).decode().strip()
        words = base64.b64decode(message).decode()
        token = self.world.options.token
        if name == "PLAIN":
            good = words.endswith("\0secret word")
        elif name == "XOAUTH2":
            good = re.fullmatch(rf"user=[^\x01]+\x01auth=Bearer {re.escape(token)}\x01\x01", words)
        else:
            good = re.fullmatch(rf"n,a=[^\x01]+,\x01host=[^\x01]+\x01port=\d+\x01auth=Bearer {re.escape(token)}\x01\x01", words)
        if not good and name != "PLAIN":
            self.say("+ " + base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"mail"}').decode())
            dummy = self.file.readline(65536).strip()
            if dummy != (b"" if name == "XOAUTH2" else b"AQ=="):
                return self.say(f"{tag} BAD the answer to the challenge is wrong")
        told = "" if self.world.options.untold else f" [CAPABILITY {self.capabilities()}]"
        self.say(f"{tag} OK{told} in" if good else f"{tag} NO [AUTHENTICATIONFAILED] no")

    def do_list(self, tag, args):
        for name in sorted(self.world.folders):
            self.say('* LIST (%s) "/" "%s"' % ("\\Sent" if name == "Sent" else "", name))
        self.say(f"{tag} OK")

    def do_examine(self, tag, args):
        name = re.match(r'"?([^"]*)"?', args).group(1)
        self.folder = self.world.folders.get(name)
        if self.folder is None:
            return self.say(f"{tag} NO [NONEXISTENT] no such folder")
        self.say(f"* {len(self.folder)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.world.options.uidvalidity}] x")
        self.say(f"* OK [UIDNEXT {len(self.folder) + 1}] x")
        self.say("* OK [HIGHESTMODSEQ %d] x" % (len(self.folder) + 1))
        self.say(f"{tag} OK [READ-ONLY] x")

    def wanted(self, text):
        end, found = len(self.folder), []
        for part in text.split(","):
            first, _, last = part.partition(":")
            last = last or first
            a, b = (end if x == "*" else int(x) for x in (first, last))
            a, b = min(a, b), max(a, b)
            found += range(max(a, 1), min(b, end) + 1)
        return sorted(set(found))

    def do_search(self, tag, args):
        n = len(self.folder)
        self.say(f'* ESEARCH (TAG "{tag}") UID' + (f" ALL 1:{n}" if n else ""))
        self.say(f"{tag} OK")

    def do_fetch(self, tag, args):
        uids, _, items = args.partition(" ")
        since = re.search(r"CHANGEDSINCE (\d+)", items)
        for uid in list(range(1, len(self.folder) + 1)) if self.twice else self.wanted(uids):
            if since and uid + 1 <= int(since.group(1)):
                continue
            for _ in range(2 if self.twice else 1):
                self.fetch(uid, items)
        self.say(f"{tag} OK")

    def fetch(self, uid, items):
        mail = self.folder[uid - 1]
        head = f'* {uid} FETCH (UID {uid} FLAGS (\\Seen) INTERNALDATE "20-Nov-2026 10:00:00 +0100" RFC822.SIZE {len(mail)}'
        section = re.search(r"BODY\.PEEK\[(\w*)\]", items)
        if not section:
            return self.say(f"{head} MODSEQ ({uid + 1}))")
        if section.group(1) == "HEADER":
            mail = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        literal = f"{head} BODY[{section.group(1)}] {{{len(mail)}}}\r\n".encode()
        if self.cut:
            self.request.sendall(literal)
            self.send(mail)
        self.send(literal + mail + b")\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        kind = sys.exc_info()[0]
        if not issubclass(kind, (OSError, Fault)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mail")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--starttls", nargs=2)
    parser.add_argument("--uidvalidity", type=int, default=7)
    parser.add_argument("--capabilities", default=CAPABILITIES)
    parser.add_argument("--untold", action="store_true")
    parser.add_argument("--token")
    parser.add_argument("--log")
    server = Server(("127.0.0.1", 0), Session)
    server.world = World(parser.parse_args())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    parent, end = os.getppid(), time.monotonic() + 600
    while os.getppid() == parent and time.monotonic() < end:
        time.sleep(0.2)


main()
