"""Drives Segment's Python client, unmodified: segment_python.py <host> <write key>. Prints the message ids, one a line."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / ".python"))

import segment.analytics as analytics  # noqa: E402


def main() -> int:
    errors = []
    analytics.host, analytics.write_key = sys.argv[1], sys.argv[2]
    analytics.on_error = lambda error, items: errors.append(str(error))
    analytics.debug = False
    user = "py-user"
    sent = [
        analytics.identify(user, {"plan": "gold"}),
        analytics.track(user, "Product Viewed", {"sku": "mug", "price": 9.5}, message_id="py-fixed-1"),
        analytics.page(user, "Docs", "Python", {"path": "/docs/python", "title": "Python"}),
        analytics.screen(user, "App", "Home", {"tab": 1}),
        analytics.group(user, "team-1", {"seats": 3}),
        analytics.alias("py-before", user),
    ]
    # The same id again is a duplicate, not a second event.
    analytics.track(user, "Product Viewed", {"sku": "mug", "price": 9.5}, message_id="py-fixed-1")
    analytics.shutdown()
    for error in errors:
        print(error, file=sys.stderr)
    for ok, message in sent:
        print(message["messageId"])
        if not ok:
            return 1
    return 1 if errors else 0


sys.exit(main())
