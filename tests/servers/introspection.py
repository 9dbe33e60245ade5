"""Tells an OAuth resource server which tokens are good (RFC 7662). Prints its port; ends with its parent or after 10 minutes."""
import http.server
import json
import os
import threading
import time
import urllib.parse

TOKENS = {"good-token": "kay@test.example"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = min(int(self.headers.get("Content-Length") or 0), 65536)
        form = urllib.parse.parse_qs(self.rfile.read(length).decode())
        email = TOKENS.get(form.get("token", [""])[0])
        body = json.dumps({"active": True, "email": email} if email else {"active": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    parent, end = os.getppid(), time.monotonic() + 600
    while os.getppid() == parent and time.monotonic() < end:
        time.sleep(0.2)


main()
