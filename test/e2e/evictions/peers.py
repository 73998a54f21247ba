"""Two processes: the first reads what the second sends, and fails when the connection ends. Its second attempt lets the second go on."""
import os
import socket
import sys
import time

share = os.path.join(os.environ["AZ_BATCHAI_MOUNT_ROOT"], "files")
job, attempt = sys.argv[1], os.environ["AZ_BATCHAI_ATTEMPT"]
place = os.path.join(share, f"{job}-{attempt}")


def appears(path):
    while not os.path.exists(path):
        time.sleep(0.05)


if os.environ["AZ_BATCHAI_TASK_INDEX"] == "0":
    server = socket.create_server(("127.0.0.1", 0))
    with open(place + ".new", "w") as out:
        out.write(str(server.getsockname()[1]))
    os.rename(place + ".new", place + ".port")
    peer, _ = server.accept()
    open(place + ".connected", "w").close()
    word = peer.recv(10)
    print("heard", word, flush=True)
    sys.exit(0 if word == b"done" else 7)
appears(place + ".port")
with open(place + ".port") as port:
    peer = socket.create_connection(("127.0.0.1", int(port.read())))
if attempt == "1":
    appears(os.path.join(share, f"{job}-go"))
if job == "faulty":
    sys.exit(9)
peer.sendall(b"done")
