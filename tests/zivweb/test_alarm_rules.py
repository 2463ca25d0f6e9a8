"""The rules for Prometheus can be read, and look at figures, labels and kinds that there are."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from django.test import Client
from django.utils import timezone
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from notifications.models import Notification
from tests import make
from zivweb import remembered

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/zivweb.rules.yml"
TOLD_BY_PROMETHEUS = {"up": {"job"}}
Selector = promql_parser.VectorSelector


@cache
def rules() -> list[dict[str, Any]]:
    """Return the alarms of the file."""
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def parts(node: Any) -> Iterator[Any]:
    """Return an expression and all that it is made of."""
    yield node
    below = [getattr(node, each, None) for each in ("lhs", "rhs", "expr", "vector_selector")]
    for each in [*below, *getattr(node, "args", [])]:
        if each is not None:
            yield from parts(each)


def looks_at(rule: dict[str, Any]) -> list[Selector]:
    """Return the figures that an alarm looks at. Raises ValueError for what is no PromQL."""
    found = parts(promql_parser.parse(rule["expr"]))
    return [part for part in found if isinstance(part, Selector)]


def increases(rule: dict[str, Any]) -> bool:
    """Tell whether an alarm is about what is counted."""
    calls = [part for part in parts(promql_parser.parse(rule["expr"])) if hasattr(part, "func")]
    return any(call.func.name in {"rate", "increase"} for call in calls)


@pytest.fixture
def told(db: None) -> dict[str, Metric]:
    """What /metrics says of a house in which mail waits: the figures by name."""
    make.draft(make.user())
    Notification.objects.update(next_at=timezone.now() - timedelta(hours=2))
    remembered.forget_all()
    page = Client().get("/metrics").content.decode()
    return {
        sample.name: family
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def labels(told: dict[str, Metric], figure: str) -> set[str]:
    """Return the labels that a figure has."""
    if figure in TOLD_BY_PROMETHEUS:
        return TOLD_BY_PROMETHEUS[figure]
    return {name for sample in told[figure].samples for name in sample.labels}


ALARMS = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])


@ALARMS
def test_an_alarm_looks_at_figures_that_are_told(
    rule: dict[str, Any], told: dict[str, Metric]
) -> None:
    figures = {each.name for each in looks_at(rule)}

    assert figures
    assert figures - set(told) - set(TOLD_BY_PROMETHEUS) == set()


@ALARMS
def test_an_alarm_names_labels_that_its_figure_has(
    rule: dict[str, Any], told: dict[str, Metric]
) -> None:
    (figure,) = looks_at(rule)
    named = {matcher.name for matcher in figure.matchers.matchers}
    said = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))

    assert (named | said) - labels(told, str(figure.name)) == set()


@ALARMS
def test_only_what_is_counted_is_an_increase(rule: dict[str, Any], told: dict[str, Metric]) -> None:
    (figure,) = looks_at(rule)
    counted = {name for name, family in told.items() if family.type == "counter"}

    assert increases(rule) == (figure.name in counted)


@pytest.mark.parametrize("kind", [
    kind
    for rule in rules()
    for figure in looks_at(rule)
    for matcher in figure.matchers.matchers
    if matcher.name == "kind"
    for kind in matcher.value.split("|")
])  # fmt: skip
def test_an_alarm_names_kinds_of_mail_that_there_are(kind: str) -> None:
    found = [*(ROOT / "templates/mail").glob(kind), *(ROOT / "templates/sms").glob(f"{kind}.txt")]

    assert len(found) == 1


def test_a_count_begins_at_nothing_so_that_the_first_failures_are_an_increase(
    told: dict[str, Metric],
) -> None:
    counts = {rule: told[figure.name].samples for rule, figure in increasing()}

    assert len(counts) > 1
    assert {sample.value for samples in counts.values() for sample in samples} == {0.0}


def increasing() -> Iterator[tuple[str, Any]]:
    """Return the alarms about what is counted, each with its figure."""
    for rule in rules():
        if increases(rule):
            yield from ((rule["alert"], figure) for figure in looks_at(rule))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool on this machine")
def test_prometheus_takes_the_rules() -> None:
    done = subprocess.run(["promtool", "check", "rules", RULES], check=False, capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")
