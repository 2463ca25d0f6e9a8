"""Lets a process of the product die, fail or wait at a named step. Python imports it by its name.

The product holds no such code: tests put this folder on the PYTHONPATH of its processes. A step
is armed by a file `ZIVWEB_TEST_FAULTS/<step>` that says `kill`, `raise` or `sleep <seconds>`; the
first process that reaches the step takes the file away (it becomes `<step>.struck`) and obeys.
"""

import functools
import importlib.abc
import importlib.machinery
import inspect
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple


class Step(NamedTuple):
    """A step is before or after a function; `only` looks at its arguments, or what it returned."""

    module: str
    function: str
    before: bool = False
    only: Callable[[Any], Any] | None = None


# RELIABILITY.md, 3.1.
STEPS = {
    "K1": Step("intake.smtpd.checks", "finish", before=True),  # the end of the data was read
    "K2": Step("intake.smtpd.fast", "_begin_commit"),  # rows inserted, not committed
    "K3": Step("intake.smtpd.fast", "_tell", before=True),  # committed, no 250 yet
    "K4": Step("intake.smtpd.session", "Session.smtp_DATA"),  # after the 250
    "wake": Step("celery.app.base", "Celery.send_task", before=True),  # committed, nobody woken
    "K5": Step("notifications.actions.sending", "_claim", only=bool),  # leased, relay not called
    "K6": Step("notifications.gateways", "Relay.hand_over"),  # the relay said 250
    "K7": Step("drafts.actions.finishing", "_complete"),  # number saved, state not changed
    "K8": Step(  # released and committed, nobody woken
        "celery.app.base",
        "Celery.send_task",
        before=True,
        only=lambda given: given[1] == "notifications.tasks.send_due",
    ),
    "K9": Step("notifications.actions.taken", "end_sent"),  # mails marked, others not
    "K10": Step("delivery.actions.following", "follow_sent", before=True),  # all sent, not noted
    "K11": Step("notifications.gateways", "send_sms"),  # the provider said OK
    "K12": Step("delivery.actions.verifying", "open_message"),  # code right, no session yet
    "K14": Step("contacts.actions.syncing", "sync_contacts"),  # contacts stored, no answer yet
    "judging": Step("drafts.actions.judging", "judge_new_together"),  # in the middle of a loop
}
FOLDER = Path(os.environ.get("ZIVWEB_TEST_FAULTS", os.devnull))


def strike(name: str) -> None:
    """Do what the step is armed for, once."""
    armed = FOLDER / name
    try:
        what, _, seconds = armed.read_text().partition(" ")
        armed.rename(FOLDER / f"{name}.struck")
    except OSError:
        return
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "raise":
        raise OSError(f"a fault at {name}")
    else:
        time.sleep(float(seconds))


def failing(name: str, step: Step, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with the step before or after it."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if step.before and (step.only is None or step.only(arguments)):
            strike(name)
        result = function(*arguments, **named)
        if not step.before and (step.only is None or step.only(result)):
            strike(name)
        return result

    @functools.wraps(function)
    async def wait(*arguments: Any, **named: Any) -> Any:
        result = await function(*arguments, **named)
        strike(name)
        return result

    return wait if inspect.iscoroutinefunction(function) else call


class Loader(importlib.abc.Loader):
    """Runs a module, and puts the steps into it before anybody imports from it."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        """Keep the real one."""
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Leave it to the real one."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run it, and wrap the functions."""
        self._loader.exec_module(module)
        for name, step in STEPS.items():
            if step.module == module.__name__:
                *owners, function = step.function.split(".")
                owner = functools.reduce(getattr, owners, module)
                setattr(owner, function, failing(name, step, getattr(owner, function)))


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that have steps."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the usual spec, with our loader."""
        if not any(step.module == name for step in STEPS.values()):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader)
        return spec


if FOLDER.is_dir():
    sys.meta_path.insert(0, Finder())
