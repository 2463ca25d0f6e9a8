"""The Celery application, and the table of what beat sweeps."""

import os

from celery import Celery
from django.conf import settings

from zivweb.heartbeat import EVERY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zivweb.settings")

# Every sweep finds work that a lost wake-up left behind. Seconds between two sweeps.
BEAT = {
    "intake.tasks.make_drafts": 10.0,
    "drafts.tasks.detect_missing": 10.0,
    "drafts.tasks.judge_changed": 10.0,
    "drafts.tasks.judge_policies": 10.0,
    "drafts.tasks.release_due": 2.0,
    "drafts.tasks.tell_due": 2.0,
    "drafts.tasks.remind_due": 60.0,
    "drafts.tasks.expire_due": 30.0,
    "contacts.tasks.work_imports": 5.0,
    "contacts.tasks.forget_old_rows": 3600.0,
    "notifications.tasks.send_due": 5.0,
    "notifications.tasks.send_texts": 5.0,
    "delivery.tasks.follow_notifications": 10.0,
    "delivery.tasks.end_messages": 60.0,
    "intake.tasks.forget_ended": 300.0,
    "accounts.tasks.clear_sessions": 3600.0,
    "accounts.tasks.seal_audit": 60.0,
    "accounts.tasks.prune_audit": 86400.0,
    "zivweb.tasks.forget_old": 86400.0,
}
# A sweep that nobody got to is worth nothing once the next ones are there. But a busy worker must
# come to every kind of it, so each may wait as long as it takes until it is its turn.
LATE = 30.0
WORKER = "worker"
OUTBOUND = "outbound"  # a queue of its own: who waits for a relay holds up nothing else
TEXTS = "texts"  # and who waits for a code by SMS waits for no relay
LONG = "long"  # what takes minutes is done slice by slice, and nothing waits behind it
QUEUES = {WORKER: "celery", OUTBOUND: OUTBOUND, TEXTS: TEXTS, LONG: LONG}

app = Celery("zivweb", task_cls="zivweb.tracing:Task")  # by name: models are not loaded yet
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_timeout=0.5,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_connect_timeout": 0.5,
        "socket_timeout": 0.5,  # a broker that hangs must not hold up a mail that comes in
        "socket_keepalive": True,
        # `wake` gives up at once: the sweep delivers.
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "connect_retries_timeout": 0.5,
    },
    task_ignore_result=True,
    task_acks_late=False,
    task_serializer="json",
    accept_content=["json"],
    timezone=settings.TIME_ZONE,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    task_routes={
        "notifications.tasks.send_texts": {"queue": TEXTS},
        "notifications.tasks.*": {"queue": OUTBOUND},
        "contacts.tasks.work_imports": {"queue": LONG},
        # Who is told gets a mail, so that what writes it waits for the same.
        "drafts.tasks.tell_due": {"queue": OUTBOUND},
    },
    beat_schedule={
        name: {"task": name, "schedule": every, "options": {"expires": max(every, LATE)}}
        for name, every in BEAT.items()
    }
    | {
        f"heartbeat of {worker}": {
            "task": "zivweb.tasks.beat",
            "schedule": EVERY,
            "args": (worker,),
            "options": {"expires": EVERY, "queue": queue},
        }
        for worker, queue in QUEUES.items()
    },
    beat_scheduler="zivweb.starting:Scheduler",
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
)
app.steps["worker"].add("zivweb.starting:WorkerStep")
app.steps["worker"].add("zivweb.starting:PolitenessStep")
app.autodiscover_tasks()
