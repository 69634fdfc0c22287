# A web server whose answers are known, and a client that says exactly what became of each request.
# Apart in Python because both must tell a reset from a silence, and when it came.
# Always holds: the server keeps one line of JSON for each connection that ended badly and each request that it saw; the
# client opens a connection of its own for each URL, in turn, and waits for no answer longer than it is told.
#
# Words: "serve ADDRESS PORT"; "get SECONDS URL..." prints one line of JSON a URL; "body BYTES" in a path is the size of
# the answer: /any/path?bytes=1000.

import http.client
import http.server
import json
import os
import socket
import sys
import time
import urllib.parse

PATTERN = bytes(range(33, 97))


def body_of(count):
    return (PATTERN * (count // len(PATTERN) + 1))[:count]


def say(**fields):
    # In one write: each connection has a thread of its own.
    os.write(1, (json.dumps(fields) + "\n").encode())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle(self):
        try:
            super().handle()
        except OSError as error:
            say(peer=self.client_address[0], port=self.client_address[1], error=error.__class__.__name__, errno=error.errno)

    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        while size > 0:
            size -= len(self.rfile.read(min(size, 65536)))
        say(peer=self.client_address[0], port=self.client_address[1], path=self.path)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        body = body_of(int(query.get("bytes", ["100"])[0]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, address):
        say(peer=address[0], port=address[1], error=sys.exc_info()[0].__name__)


def get(url, seconds):
    began = time.monotonic()
    result = {"url": url, "status": None, "bytes": 0, "error": None, "errno": None}
    parts = urllib.parse.urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=seconds)
    try:
        link.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = link.getresponse()
        body = answer.read()
        result.update(status=answer.status, bytes=len(body), whole=body == body_of(len(body)))
    except OSError as error:
        result.update(error=error.__class__.__name__, errno=error.errno)
    except http.client.HTTPException as error:
        result.update(error=error.__class__.__name__)
    link.close()
    say(**result, ms=(time.monotonic() - began) * 1000)


if sys.argv[1] == "serve":
    Server.address_family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
    server = Server((sys.argv[2], int(sys.argv[3])), Handler)
    print("ready", flush=True)
    server.serve_forever()
else:
    for url in sys.argv[3:]:
        get(url, float(sys.argv[2]))
