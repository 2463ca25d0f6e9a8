"""An address of every SMS service that Apprise knows, and what leaves for it, caught on the way.

Logins are made up, and nothing reaches a network: the answers are given here.
"""

from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

import requests

OPERATOR = "15005550006"
_ID, _HEX, _UUID = "a" * 32, "0123456789abcdef" * 2, "00000000-0000-0000-0000-000000000000"
_AWS = "AHIAJGNT76XIMXDBIJYA/bu1dHSdO22pfaaVy/wmNsdljF4C07D3bndi9PQJ9/us-east-2"

# One address for each service whose Apprise plugin is given phone numbers and sends SMS.
ADDRESSES = {
    "46elks": f"46elks://user:pass@+{OPERATOR}",
    "800.com": f"eight00com://{_ID}@{OPERATOR}",
    "Africas Talking": f"atalk://sandbox@{_ID}?from=zivweb",
    "AWS Simple Notification Service (SNS)": f"sns://{_AWS}",
    "BulkSMS": "bulksms://token:secret@",
    "BulkVS": f"bulkvs://user:pass@{OPERATOR}",
    "CM.com": f"cm://zivweb@{_UUID}",
    "ClickSend": f"clicksend://user:{_ID}@",
    "Clickatell": f"clickatell://{OPERATOR}@{_ID}",
    "D7 Networks": f"d7sms://{_ID}@",
    "Exotel": f"exotel://sid:{_ID}@{OPERATOR}",
    "Infobip": f"infobip://{_ID}@example.api.infobip.com?from=zivweb",
    "Kaleyra": f"kaleyra://HXAP1693646723IN:{_ID}@ZIVWEB",
    "Kavenegar": f"kavenegar://{OPERATOR}@{_ID}",
    "Kudosity": f"burstsms://{_HEX}:{_ID}@{OPERATOR}",
    "MSG91": f"msg91://{'b' * 20}@{'a' * 23}",
    "MessageBird": f"msgbird://{'a' * 25}/{OPERATOR}",
    "Mobile Message": f"mobilemessage://user:pass@{OPERATOR}",
    "Notifyre": f"notifyre://{_ID}",
    "Octopush": f"octopush://zivweb:user@example.org/{_ID}",
    "RingCentral": f"ringc://{_ID}@{_ID}/{_ID}/{OPERATOR}",
    "SMS Eagle": f"smseagle://{_ID}@127.0.0.1:8090",
    "SMS Manager": f"smsmanager://{_ID}@",
    "SMSC": "smsc://user:pass@",
    "SMSTunnel": f"smstunnel://{_ID}",
    "SerwerSMS": "serwersms://user:pass@zivweb",
    "Sinch": f"sinch://{_ID}:{_ID}@{OPERATOR}",
    "Société Française du Radiotéléphone": "sfr://service:pass@12345",
    "Telesign": f"telesign://customer:{_ID}@",
    "Telnyx": f"telnyx://{_ID}@{OPERATOR}",
    "Twilio": f"twilio://AC{_HEX}:{_HEX}@{OPERATOR}",
    "Vonage": f"vonage://ACaaaaaa:{'a' * 16}@{OPERATOR}",
    "httpSMS": f"httpsms://{_ID}@{OPERATOR}",
    "seven": f"seven://{_ID}",
}
BROKEN = {
    "Plivo": f"plivo://{'A' * 25}@{'b' * 40}/{OPERATOR}",
    "SMPP": f"smpp://user:pass@127.0.0.1:2775/{OPERATOR}",
    "VoIPms": f"voipms://pass:user@example.org/{OPERATOR}",
}
# They are given phone numbers too, but what they send is no SMS.
MESSENGERS = {
    "DingTalk": f"dingtalk://{'a' * 12}",
    "Evolution API": f"evolution://{_ID}@127.0.0.1:8080/instance",
    "Gupshup": f"gupshup://app:{_ID}@{OPERATOR}",
    "Signal API": f"signal://127.0.0.1:8080/{OPERATOR}",
    "Threema Gateway": "threema://*GATEWAY@secret",
    "Whapi.Cloud": f"whapi://{_ID}",
    "WhatsApp": f"whatsapp://{_ID}@{OPERATOR}",
}
# They are given no phone numbers.
CHATS = {
    "Discord": f"discord://123456789012345678/{'a' * 60}",
    "E-Mail": "mailto://user:pass@example.org",
    "Matrix": "matrix://user:pass@example.org/#room",
    "ntfy": "ntfy://topic",
    "Slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/+C1234",
    "Telegram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
}

TOKEN = b'{"access_token": "x", "expires_in": 60}'  # what RingCentral answers to a login


class Wire:
    """Takes every request that would leave the machine, and answers 200 with `body`."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.texts: list[str] = []

    def take(self, _session: Any, method: str, url: str, **given: Any) -> requests.Response:
        """Take a request, in the place of `requests.Session.request`."""
        parts = {name: given.get(name) for name in ("params", "data", "json", "headers")}
        request = requests.Request(method, url, **parts).prepare()
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        self.texts.append(unquote_plus(f"{request.url} {body}"))
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        answer.raw = BytesIO(self.body)
        return answer

    def asked_for(self, number: str) -> bool:
        """Tell whether this number was sent to, and the operator's own was at most sent from."""
        digits = number.removeprefix("+")
        named = [text for text in self.texts if digits in text]
        return bool(named) and all(text.count(OPERATOR) <= 1 for text in self.texts)
