from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.paypal import PayPal
from tests.sandbox.process import Process, Start


@pytest.fixture
def start() -> Iterator[Start]:
    processes: list[Process] = []

    def starter(name: str, *options: str, port: int | None = None) -> Process:
        processes.append(Process(name, *options, port=port))
        return processes[-1]

    yield starter
    for process in processes:
        if process.popen.poll() is None:
            process.stop()


@pytest.fixture(scope="session")
def paypal_process() -> Iterator[Process]:
    """One stand-in for PayPal; who restarts or signs needs his own."""
    process = Process("paypal")
    yield process
    process.stop()


@pytest.fixture
def paypal(paypal_process: Process) -> PayPal:
    caller = PayPal(paypal_process)
    caller.say("reset")
    return caller
