"""A wire that is cut: forwards connections to a port of this machine, and ends each once so many bytes have come back. For tests.

usage: cut.py PORT BYTES     (0: never). Prints its own port on 127.0.0.1; the bytes that came back on each connection go to standard error.
Ends after 10 minutes, or when it is killed.
"""
import socket
import sys
import threading

port, limit = int(sys.argv[1]), int(sys.argv[2])


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client):
    server = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=copy, args=(client, server), daemon=True).start()
    got = 0
    try:
        while data := server.recv(4096):
            data = data[:limit - got] if limit else data
            client.sendall(data)
            got += len(data)
            if limit and got >= limit:
                break
    except OSError:
        pass
    print(got, file=sys.stderr, flush=True)
    # Only this ends it while the other direction still waits.
    for end in (client, server):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=lambda: [threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start() for _ in iter(int, 1)],
                 daemon=True).start()
threading.Event().wait(600)
