"""Entry of the process: `python3 -u __main__.py` with the descriptors of PROTOCOL.md."""

import json
import os
import signal
import socket
import struct
import sys

COMMAND_FD = 3
REPLY_FD = 4
SERVER_ARENA_FD = 5
STUB_ARENA_FD = 6

VERSION_MIN = (3, 9)
RESULT = 16
PR_SET_PDEATHSIG = 1


def main():
    """Runs one model instance, or explains why this interpreter cannot."""
    # The server ends its stubs itself; a signal to the whole process group must not come before their finalize.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with_server()
    own_directory = os.path.dirname(os.path.abspath(__file__))
    sys.path[0] = os.path.dirname(own_directory)
    for name, value in json.loads(sys.argv[1]).items():
        if name == "PATH" and "PATH" in os.environ:
            value = value + os.pathsep + os.environ["PATH"]
        os.environ[name] = value
    sys.argv = [""]
    command_socket = socket.socket(fileno=COMMAND_FD)
    problem = _problem()
    if problem is not None:
        _refuse(command_socket, problem)
        return 1

    from nereid_stub.channel import Channel
    from nereid_stub.executor import IDLE_S, Executor
    from nereid_stub.shared_memory import ArenaReader, ArenaWriter
    from nereid_stub.wire import FrameReader

    # With a time limit instead of settimeout: that would cost a poll for every read.
    command_socket.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", IDLE_S, 0)
    )
    channel = Channel(
        command_socket,
        socket.socket(fileno=REPLY_FD),
        ArenaReader(SERVER_ARENA_FD),
        ArenaWriter(STUB_ARENA_FD),
    )
    channel.install()
    channel.notify("started", {})
    Executor(channel, FrameReader(command_socket)).run()
    return 0


def _die_with_server():
    """Asks the system to end this process when the server's main thread ends, however that happens."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError):
        # The end of the command socket says the same, a little later.
        pass


def _problem():
    if sys.version_info < VERSION_MIN:
        return "%s is Python %s; Python models need Python 3.9 or later and numpy" % (
            sys.executable,
            sys.version.split()[0],
        )
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        return (
            "%s (Python %s) cannot import numpy, which Python models need (%s): install it with "
            "'%s -m pip install numpy', or name another interpreter with --backend-config=python,python=<path>"
            % (sys.executable, sys.version.split()[0], error, sys.executable)
        )
    return None


def _refuse(command_socket, message):
    """Answers the first command, whatever it is, with an error."""
    head = b""
    while len(head) < 16:
        received = command_socket.recv(16 - len(head))
        if not received:
            return
        head += received
    (command_id,) = struct.unpack_from("<I", head, 8)
    text = json.dumps({"error": {"code": 4, "message": message}}).encode()
    size = 16 + len(text)
    command_socket.sendall(struct.pack("<IBBHII", size, RESULT, 0, 0, command_id, len(text)) + text)


if __name__ == "__main__":
    status = main()
    if status != 0:
        sys.exit(status)
