"""Whether a visitor could tell two answers apart."""

import re

from werkzeug.test import TestResponse

# differs for every request: its number, the anti-forgery token, and the ids that were asked for
VARYING = re.compile(
    r'(?<=<code>)[^<]+|(?<=request=)[0-9a-f]{16}|(?<=name="csrf_token" value=")[^"]+|(?<![\w-])[\w-]{22}(?![\w-])'
)


def alike(one: TestResponse, two: TestResponse) -> bool:
    """Status, headers and body, but for what differs for every request."""
    return _shown(one) == _shown(two)


def _shown(answer: TestResponse) -> tuple[object, ...]:
    headers = sorted((k, VARYING.sub("", v)) for k, v in answer.headers if k not in ("X-Request-Id", "Date"))
    return answer.status_code, headers, VARYING.sub("", answer.text)
