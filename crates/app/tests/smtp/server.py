#!/usr/bin/env python3
"""A mail server for tests: says its port, and writes a line of JSON to the file that it is given for each mail that it has taken.

With a certificate and its key it takes mails by STARTTLS alone.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / ".python"))

from aiosmtpd.smtp import SMTP  # noqa: E402


class Mails:
    """Takes every mail, once it is written down."""

    def __init__(self, file):
        self.file = file

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        line = {
            "id": mail["Message-ID"],
            "from": mail["From"],
            "to": envelope.rcpt_tos,
            "subject": mail["Subject"],
            "headers": mail.keys(),
            "text": parts.get("text/plain"),
            "html": parts.get("text/html"),
            "tls": session.ssl is not None,
        }
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        return "250 taken"


async def main():
    file = open(sys.argv[1], "a", encoding="utf-8")
    port = int(sys.argv[2])
    tls = None
    if len(sys.argv) > 3:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(sys.argv[3], sys.argv[4])

    def serve():
        return SMTP(Mails(file), hostname="localhost", tls_context=tls, require_starttls=tls is not None)

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
