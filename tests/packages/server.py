"""A mail server for one check: server.py FOLDER.  Puts the CA's certificate
into FOLDER, prints the port, and ends when its input does."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "integration"))

import certs  # noqa: E402
import smtp_server  # noqa: E402

ca = certs.Authority(sys.argv[1])
server = smtp_server.Server(smtp_server.Mail(ca.context()))
print(server.port, flush=True)
sys.stdin.read()
server.close()
