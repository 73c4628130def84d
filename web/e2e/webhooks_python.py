"""Verifies requests with the reference library of Standard Webhooks, unmodified: one JSON object a line on stdin, one word a line back."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / ".python"))

from standardwebhooks.webhooks import Webhook, WebhookVerificationError  # noqa: E402

for line in sys.stdin:
    said = json.loads(line)
    try:
        event = Webhook(said["secret"]).verify(said["body"], said["headers"])
        print(event["type"])
    except WebhookVerificationError:
        print("refused")
