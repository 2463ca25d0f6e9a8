"""What the demo is known by: its organizations have these domains, which nobody owns (RFC 2606)."""

from typing import Final

HOSPITAL: Final = "zorg.example"
TOWN: Final = "gemeente.example"
DOMAINS: Final = (HOSPITAL, TOWN)
PASSWORD: Final = "demo"  # noqa: S105 - every user of the demo has it, and nobody else
COMMAND: Final = "manage.py disable_demo_accounts"
