"""A small submission server (RFC 6409) that fails on demand, for tests. Python's standard library only.

usage: smtp.py [--log FILE] [--keep FOLDER] [--commands FILE] [--tls CERT KEY | --starttls CERT KEY] [--extensions WORDS]
               [--size N] [--user NAME:PASSWORD] [--token TOKEN] [--mechanisms WORDS] [--at 'WHERE ACTION']...

Prints its port on 127.0.0.1 and serves until its parent is gone or 10 minutes have passed.
--log         one line of JSON for each message that began to come, written before it is answered:
              {"connection": 1, "tls": true, "user": "kay" or null, "from": "a@x", "mail": "what stood behind MAIL FROM:<a@x>",
              "to": ["b@x"], "rcpt": ["what stood behind RCPT TO:<b@x>"], "refused": ["c@x"], "message_id": "<1@x>" or null,
              "bytes": 21, "sha256": "...", "answer": "250 2.0.0 ..." or null, "taken": true}
              bytes and sha256 are the message's without the doubled dots; taken: the server has it (it answered, or was told to
              take it and lose the answer), which is what a client's books must agree with
--keep        each message that was taken becomes FOLDER/1.eml, 2.eml, ...
--commands    each command as it came, a line each ("..." for what proves a user), with its connection's number
--extensions  what EHLO offers besides SIZE, AUTH and STARTTLS (default: PIPELINING 8BITMIME SMTPUTF8 DSN ENHANCEDSTATUSCODES)
--size        the largest message (default 10000000; 0: SIZE is not offered)
--user        offers AUTH PLAIN and LOGIN to this user, and asks for a login (530) before MAIL; NAME may be empty: any
--token       offers AUTH XOAUTH2 and OAUTHBEARER with this token, and asks for a login; explains a bad one as RFC 7628 has it
--mechanisms  offers these instead
--at          does something else at a place:
   WHERE      STEP[@BYTES][/TEXT][#N]
              STEP    CONNECT EHLO STARTTLS AUTH ANSWER (a line that answers 334) MAIL RCPT DATA BODY DOT RSET NOOP QUIT
              @BYTES  for BODY: once so many bytes have come behind the 354 (as they are on the wire)
              /TEXT   only where the command holds this text; #N only the N-th time (of all connections); without it each time
   ACTION     the first that fits is done:
              NNN TEXT      answers this, and does not do what was asked; "\\n" begins another line: 550-no\\n550 such user
              bye NNN TEXT  the same, and hangs up
              close, reset  hangs up (with FIN, with RST) without an answer
              lose          for DOT: takes the message, and hangs up without an answer
              stall         never answers
              delay SECONDS waits, then looks for another action, or does what was asked
              inject TEXT   does what was asked, and sends TEXT (a line) behind the answer, in the same packet
              trickle       an answer that never ends, a byte every 20 ms
              junk          HTTP/1.1 400 Bad Request
              endless       a line that never ends; "many": lines that never end
"""
import argparse
import base64
import hashlib
import json
import os
import re
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

EXTENSIONS = "PIPELINING 8BITMIME SMTPUTF8 DSN ENHANCEDSTATUSCODES"


class Over(Exception):
    """The connection is over."""


class Rule:
    def __init__(self, text):
        where, _, self.action = text.partition(" ")
        found = re.fullmatch(r"([A-Z]+)(?:@(\d+))?(?:/(.*?))?(?:#(\d+))?", where)
        if not found or not self.action:
            sys.exit(f"smtp.py: --at {text}: not understood")
        self.step, at, self.text, nth = found.groups()
        self.bytes, self.nth, self.met = int(at or 0), int(nth or 0), 0

    def fits(self, step, line):
        if step != self.step or (self.text and self.text.lower() not in line.lower()):
            return False
        self.met += 1
        return not self.nth or self.met == self.nth


class World:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.connections = self.taken = 0
        self.rules = [Rule(text) for text in options.at]

    def actions(self, step, line):
        """What is to be done here, in order; the last one is final."""
        found = []
        with self.lock:
            for rule in self.rules:
                if rule.fits(step, line):
                    found.append(rule.action)
                    if not rule.action.startswith("delay "):
                        break
        return found

    def write(self, path, line):
        if path:
            with self.lock, open(path, "a", encoding="utf-8") as f:
                f.write(line + "\n")

    def take(self, message):
        with self.lock:
            self.taken += 1
            number = self.taken
        if self.options.keep:
            with open(os.path.join(self.options.keep, f"{number}.eml"), "wb") as f:
                f.write(message)
        return number


class Session(socketserver.BaseRequestHandler):
    def setup(self):
        self.world, self.options = self.server.world, self.server.world.options
        with self.world.lock:
            self.world.connections += 1
            self.number = self.world.connections
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(120)
        self.buffer, self.behind, self.user = b"", b"", None
        self.forget()

    def forget(self):
        self.sender, self.mail, self.to, self.rcpt, self.refused = None, "", [], [], []

    def handle(self):
        try:
            if self.options.tls:
                self.wrap(self.options.tls)
            if not self.instead("CONNECT", ""):
                self.say("220 fake.example ESMTP")
            while True:
                self.command(self.line())
        except (Over, OSError):
            pass

    def wrap(self, pair):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.buffer = b""

    def more(self):
        piece = self.request.recv(65536)
        if not piece:
            raise Over
        self.buffer += piece

    def line(self):
        while b"\n" not in self.buffer:
            if len(self.buffer) > 20000:
                raise Over
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def say(self, text):
        self.request.sendall(text.replace("\\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n" + self.behind)
        self.behind = b""

    def hang_up(self, reset=False):
        if reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Over

    def bye(self, text):
        """Unread bytes would make the end an RST, which may overtake the words."""
        self.say(text)
        self.request.shutdown(socket.SHUT_WR)
        self.request.settimeout(1)
        while self.request.recv(65536):
            pass
        raise Over

    def finish(self):
        self.request.close()  # what wrap() made is not the server's

    def flood(self, piece, pause=0.0):
        end = time.monotonic() + 300
        while time.monotonic() < end:
            self.request.sendall(piece)
            time.sleep(pause)
        raise Over

    def instead(self, step, line):
        """Does what --at wants here; the text of the answer when that was all, else None."""
        for action in self.world.actions(step, line):
            word, _, rest = action.partition(" ")
            if word == "delay":
                time.sleep(float(rest))
            elif word == "inject":
                self.behind = rest.replace("\\n", "\r\n").encode() + b"\r\n"
            elif word in ("close", "reset"):
                self.hang_up(word == "reset")
            elif word == "lose":
                return "lose"
            elif word == "stall":
                while self.request.recv(65536):
                    pass
                raise Over
            elif word == "trickle":
                self.flood(b"x", 0.02)
            elif word == "junk":
                self.say("HTTP/1.1 400 Bad Request")
                return "junk"
            elif word == "endless":
                self.flood(b"250 " + b"x" * 65536)
            elif word == "many":
                self.flood(b"250-x\r\n" * 1000)
            elif word == "bye":
                self.bye(rest)
            elif step == "DOT":
                return action
            else:
                self.say(action)
                return action
        return None

    def command(self, line):
        name, _, args = line.partition(" ")
        name = name.upper()
        shown = f"AUTH {args.split(' ')[0]} ..." if name == "AUTH" and " " in args else line
        self.world.write(self.options.commands, f"{self.number} {shown}".encode("utf-8", "replace").decode())
        if self.instead(name, line):
            if name == "RCPT":
                self.refused.append(self.path(args))
            return
        handler = getattr(self, "do_" + name.lower(), None)
        if handler:
            handler(args)
        else:
            self.say("500 5.5.2 what?")

    def do_ehlo(self, args):
        words = self.options.extensions.split()
        if self.options.size:
            words.append(f"SIZE {self.options.size}")
        if self.options.starttls and not isinstance(self.request, ssl.SSLSocket):
            words.append("STARTTLS")
        if self.mechanisms():
            words.append("AUTH " + " ".join(self.mechanisms()))
        lines = ["fake.example", *words]
        self.say("\\n".join("250-" + x for x in lines[:-1]) + "\\n250 " + lines[-1])

    def mechanisms(self):
        if self.options.mechanisms:
            return self.options.mechanisms.split()
        return (["PLAIN", "LOGIN"] if self.options.user else []) + (["XOAUTH2", "OAUTHBEARER"] if self.options.token else [])

    def do_starttls(self, args):
        if not self.options.starttls:
            return self.say("502 5.5.1 no TLS here")
        self.say("220 2.0.0 go on")
        self.wrap(self.options.starttls)
        self.forget()

    def ask(self, challenge):
        self.say("334 " + base64.b64encode(challenge).decode())
        answer = self.line()
        self.world.write(self.options.commands, f"{self.number} ...")
        if self.instead("ANSWER", answer):
            return None
        if answer == "*":
            self.say("501 5.7.0 given up")
            return None
        return answer

    def do_auth(self, args):
        name, _, first = args.partition(" ")
        if name not in self.mechanisms():
            return self.say("504 5.5.4 no such mechanism")
        if name == "LOGIN":
            user = self.ask(b"Username:")
            password = self.ask(b"Password:") if user is not None else None
            if password is None:
                return None
            return self.welcome(*(base64.b64decode(x).decode() for x in (user, password)))
        message = first or self.ask(b"")
        if message is None:
            return None
        words = base64.b64decode(message).decode()
        if name == "PLAIN":
            return self.welcome(*words.split("\0")[1:])
        token = re.escape(self.options.token)
        shape = "user=([^\x01]+)\x01auth=Bearer %s\x01\x01" if name == "XOAUTH2" else \
            "n,a=([^\x01]+),\x01host=[^\x01]+\x01port=\\d+\x01auth=Bearer %s\x01\x01"
        good = re.fullmatch(shape % token, words)
        if good:
            self.user = good.group(1)
            return self.say("235 2.7.0 in")
        dummy = self.ask(b'{"status":"401","schemes":"bearer","scope":"mail"}')
        if dummy is None:
            return None
        if dummy != ("" if name == "XOAUTH2" else "AQ=="):
            return self.say("501 5.5.2 the answer to the challenge is wrong")
        return self.say("535 5.7.8 no")

    def welcome(self, user, password):
        name, _, secret = self.options.user.partition(":")
        if password != secret or (name and name != user):
            return self.say("535 5.7.8 wrong user name or password")
        self.user = user
        return self.say("235 2.7.0 in")

    @staticmethod
    def path(args):
        found = re.match(r"(?:FROM|TO):<(.*?)>", args, re.I)
        return found.group(1) if found else ""

    def do_mail(self, args):
        found = re.fullmatch(r"FROM:<(.*?)>(.*)", args, re.I)
        if self.mechanisms() and self.user is None:
            return self.say("530 5.7.0 log in first")
        if not found or self.sender is not None:
            return self.say("501 5.5.4 syntax" if not found else "503 5.5.1 one at a time")
        size = re.search(r"SIZE=(\d+)", args)
        if size and self.options.size and int(size.group(1)) > self.options.size:
            return self.say("552 5.3.4 too large")
        self.sender, self.mail = found.group(1), found.group(2).strip()
        return self.say("250 2.1.0 ok")

    def do_rcpt(self, args):
        found = re.fullmatch(r"TO:<(.+?)>(.*)", args, re.I)
        if not found or self.sender is None:
            return self.say("501 5.5.4 syntax" if not found else "503 5.5.1 MAIL first")
        self.to.append(found.group(1))
        self.rcpt.append(found.group(2).strip())
        return self.say("250 2.1.5 ok")

    def do_data(self, args):
        if self.sender is None or not self.to:
            return self.say("554 5.5.1 no valid recipients")
        self.say("354 go on")
        data = self.message()
        message = re.sub(rb"(?m)^\.", b"", data)
        actions = self.instead("DOT", "")
        taken = actions in (None, "lose") or actions.startswith("2")
        number = self.world.take(message) if taken else 0
        answer = None if actions == "lose" else actions or f"250 2.0.0 taken as {number}"
        self.record(message, answer, taken)
        self.forget()
        if answer is None:
            raise Over
        if answer != "junk":
            self.say(answer)
        return None

    def message(self):
        """All up to the dot, as it is on the wire."""
        rules = [r for r in self.world.rules if r.step == "BODY"]
        at = 0
        while True:
            for rule in [r for r in rules if len(self.buffer) >= r.bytes]:
                rules.remove(rule)
                with self.world.lock:
                    rule.met += 1
                if not rule.nth or rule.met == rule.nth:
                    self.early(rule.action)
            if self.buffer.startswith(b".\r\n"):
                self.buffer = self.buffer[3:]
                return b""
            end = self.buffer.find(b"\r\n.\r\n", max(0, at - 5))
            if end >= 0:
                data, self.buffer = self.buffer[: end + 2], self.buffer[end + 5 :]
                return data
            at = len(self.buffer)
            self.more()

    def early(self, action):
        self.record(self.buffer, None, False)
        word, _, rest = action.partition(" ")
        if word in ("close", "reset"):
            self.hang_up(word == "reset")
        elif word == "stall":
            time.sleep(120)
        elif word == "delay":
            time.sleep(float(rest))
            return
        elif word == "bye":
            self.bye(rest)
        else:
            self.say(action)
            while self.request.recv(65536):
                pass
        raise Over

    def record(self, message, answer, taken):
        found = re.search(rb"(?im)^message-id:[ \t]*(?:\r\n[ \t]+)?([^\r\n]*)", message.partition(b"\r\n\r\n")[0])
        self.world.write(self.options.log, json.dumps({
            "connection": self.number, "tls": isinstance(self.request, ssl.SSLSocket), "user": self.user,
            "from": self.sender, "mail": self.mail, "to": self.to, "rcpt": self.rcpt, "refused": self.refused,
            "message_id": found.group(1).decode("utf-8", "replace").strip() if found else None, "bytes": len(message),
            "sha256": hashlib.sha256(message).hexdigest(), "answer": answer, "taken": taken}))

    def do_rset(self, args):
        self.forget()
        self.say("250 2.0.0 ok")

    def do_noop(self, args):
        self.say("250 2.0.0 ok")

    def do_quit(self, args):
        self.say("221 2.0.0 bye")
        raise Over


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        if not issubclass(sys.exc_info()[0], (OSError, Over)):
            super().handle_error(request, client_address)

    def shutdown_request(self, request):
        """No shutdown() first: it would send FIN before the RST that "reset" wants."""
        self.close_request(request)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("--log", "--keep", "--commands", "--user", "--token", "--mechanisms"):
        parser.add_argument(name)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--starttls", nargs=2)
    parser.add_argument("--extensions", default=EXTENSIONS)
    parser.add_argument("--size", type=int, default=10000000)
    parser.add_argument("--at", action="append", default=[])
    server = Server(("127.0.0.1", 0), Session)
    server.world = World(parser.parse_args())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    parent, end = os.getppid(), time.monotonic() + 600
    while os.getppid() == parent and time.monotonic() < end:
        time.sleep(0.2)


main()
