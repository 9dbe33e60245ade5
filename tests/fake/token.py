#!/usr/bin/env python3
"""A token server that says what a test wants: each POST gets the answer that the file named by the argument holds at that moment
(JSON: status, headers, body), each GET a Gmail profile. What was asked is appended to FILE.asked, one form a line.

Listens on 127.0.0.1 on a port of the kernel's choice, which is the first line it prints; ends when its standard input does.
"""
import http.server
import json
import os
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def say(self, status, headers, body):
        data = body.encode()
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(data)), "Date": self.date_time_string(), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        form = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(sys.argv[1] + ".asked", "ab") as f:
            f.write(form + b"\n")
        with open(sys.argv[1], encoding="utf-8") as f:
            answer = json.load(f)
        body = answer.get("body", "")
        self.say(answer.get("status", 200), answer.get("headers", {}), body if isinstance(body, str) else json.dumps(body))

    def do_GET(self):
        self.say(200, {}, '{"emailAddress": "mara@harbor.example", "messagesTotal": 1, "threadsTotal": 1, "historyId": "5"}')


def end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=end_with_stdin, daemon=True).start()
server.serve_forever()
