"""The launcher on a real machine: its folder, its ports, its ends and its takings-over."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.launcher.copies import (
    Copy,
    alive,
    copy,
    copy_for,
    end,
    port,
    wait_until,
    wait_until_gone,
)

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def checkout(tmp_path: Path) -> Copy:
    return copy(tmp_path / "a shop of 'mine'")


def fill(it: Copy) -> None:
    it.sql("CREATE TABLE kept (what text)")
    it.sql("INSERT INTO kept VALUES ('a row')")
    it.broker().rpush("celery", "a job")
    it.cache().set("a page", "rendered")


def assert_kept(it: Copy) -> None:
    assert it.sql("SELECT what FROM kept") == ("a row",)
    assert it.broker().lrange("celery", 0, -1) == ["a job"]
    assert it.cache().get("a page") is None


def test_a_path_with_a_space_and_quotes_works(checkout: Copy) -> None:
    with checkout.running():
        version = checkout.sql("SHOW server_version_num")

        assert int(version[0]) >= 180000
        assert checkout.broker().config_get("maxmemory-policy") == {
            "maxmemory-policy": "noeviction"
        }
        assert checkout.broker().config_get("appendonly") == {"appendonly": "yes"}
        assert checkout.cache().config_get("maxmemory-policy") == {
            "maxmemory-policy": "allkeys-lru"
        }
        assert checkout.cache().config_get("appendonly") == {"appendonly": "no"}


def test_what_the_database_refuses_leaves_no_value_in_its_log(checkout: Copy) -> None:
    with checkout.running():
        checkout.sql("CREATE TABLE person (email text PRIMARY KEY)")
        checkout.sql("INSERT INTO person VALUES ('ada@example.org')")

        with pytest.raises(psycopg2.errors.UniqueViolation):
            checkout.sql("INSERT INTO person VALUES ('ada@example.org')")

        log = (checkout.var / "log" / "postgres.log").read_text()
        assert "person_pkey" in log
        assert "ada@example.org" not in log


def test_a_clean_restart_keeps_rows_and_queue(checkout: Copy) -> None:
    with checkout.running() as first:
        fill(checkout)
        ours = list(checkout.pids.values())

    assert first.returncode == 0
    assert [pid for pid in ours if alive(pid)] == []
    assert not (checkout.var / "services.env").exists()
    with checkout.running():
        assert_kept(checkout)


def test_an_unclean_restart_keeps_rows_and_queue(checkout: Copy) -> None:
    runner = checkout.start()
    fill(checkout)
    ours = list(checkout.pids.values())
    checkout.broker().config_set("appendfsync", "always")

    for pid in ours:
        os.kill(pid, signal.SIGKILL)
    end(runner, signal.SIGKILL)

    assert wait_until_gone(ours) == []
    with checkout.running():
        assert_kept(checkout)


def test_what_a_killed_runner_leaves_ends_by_itself(checkout: Copy) -> None:
    runner = checkout.start()
    fill(checkout)
    ours = list(checkout.pids.values())
    assert len(ours) == 3

    end(runner, signal.SIGKILL)

    assert wait_until_gone(ours) == []
    with checkout.running():
        assert_kept(checkout)


def test_the_next_start_ends_servers_that_outlived_their_runner(checkout: Copy) -> None:
    """As on a system that cannot tell children of their parent's death."""
    runner = checkout.start()
    fill(checkout)
    old = checkout.pids
    book = (checkout.var / "processes.json").read_text(encoding="utf-8")
    ports = (checkout.var / "ports.json").read_text(encoding="utf-8")
    for pid in old.values():
        os.kill(pid, signal.SIGSTOP)  # too slow to notice
    end(runner, signal.SIGKILL)
    for pid in old.values():
        os.kill(pid, signal.SIGCONT)
    assert (checkout.var / "processes.json").read_text(encoding="utf-8") == book

    with checkout.running():
        assert [pid for pid in old.values() if alive(pid)] == []
        assert (checkout.var / "ports.json").read_text(encoding="utf-8") == ports
        assert_kept(checkout)


def test_a_server_that_dies_is_started_again_where_it_was(checkout: Copy) -> None:
    with checkout.running():
        fill(checkout)
        before = checkout.pids
        ports = (checkout.var / "ports.json").read_text(encoding="utf-8")
        os.kill(before["postgres"], signal.SIGKILL)

        wait_until(lambda: checkout.pids.get("postgres") not in {None, before["postgres"]})
        wait_until(lambda: checkout.sql("SELECT what FROM kept") == ("a row",))
        assert (checkout.var / "ports.json").read_text(encoding="utf-8") == ports
        assert checkout.pids["broker"] == before["broker"]


def test_a_stranger_with_a_recorded_number_is_left_alone(checkout: Copy) -> None:
    with checkout.running():
        fill(checkout)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        entry = f'{{"pid": {stranger.pid}, "started": "1", "ending": 15}}'
        (checkout.var / "processes.json").write_text(f'{{"postgres": {entry}}}', encoding="utf-8")
        pid_file = checkout.var / "postgres" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n1\n1\n", encoding="utf-8")
        with checkout.running():
            assert_kept(checkout)

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_copies_run_side_by_side(tmp_path: Path) -> None:
    one, other = copy(tmp_path / "one"), copy(tmp_path / "other")
    with one.running(), other.running():
        fill(one)
        other.sql("CREATE TABLE kept (what text)")

        assert one.sql("SELECT count(*) FROM kept") == (1,)
        assert other.sql("SELECT count(*) FROM kept") == (0,)
        assert other.broker().llen("celery") == 0
        apart = {port(address) for it in (one, other) for address in servers(it)}
        assert len(apart) == 6


def servers(it: Copy) -> list[str]:
    return [it.environment[name] for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL")]


def test_a_second_runner_in_one_folder_is_refused_and_harms_nothing(checkout: Copy) -> None:
    with checkout.running():
        fill(checkout)
        second = checkout.command("services", "--no-standins")
        _, said = second.communicate(timeout=60)

        assert second.returncode == 1
        assert "Already running" in said
        assert "Traceback" not in said
        assert checkout.sql("SELECT what FROM kept") == ("a row",)


def test_a_used_port_moves_on_to_the_next_free_one(checkout: Copy) -> None:
    with checkout.running():
        fill(checkout)
        before = [port(address) for address in servers(checkout)]

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", before[0]))
        taken.listen()
        with checkout.running():
            after = [port(address) for address in servers(checkout)]

            assert after[0] > before[0]
            assert after[1:] == before[1:]
            assert_kept(checkout)


def test_reset_throws_the_data_away_but_never_under_a_running_shop(checkout: Copy) -> None:
    with checkout.running():
        refused = checkout.command("reset")
        _, said = refused.communicate(timeout=60)
        assert refused.returncode == 1
        assert "Already running" in said
        fill(checkout)

    thrown = checkout.command("reset")
    thrown.communicate(timeout=60)
    assert thrown.returncode == 0
    assert not checkout.var.exists()


def test_what_the_environment_names_is_not_started(checkout: Copy) -> None:
    checkout.named = {"DATABASE_URL": "postgres://elsewhere/x", "CACHE_URL": "redis://elsewhere/0"}
    with checkout.running():
        assert list(checkout.pids) == ["broker"]
        assert "DATABASE_URL" not in checkout.environment
        assert "BROKER_URL" in checkout.environment


def test_a_command_runs_beside_temporary_servers_that_end_with_it(checkout: Copy) -> None:
    tell = "import os; print(os.environ['DATABASE_URL'], os.environ['SOOCAS_VAR'])"
    process = checkout.command("exec", "--", sys.executable, "-c", tell)
    said, _ = process.communicate(timeout=60)

    address, folder = said.split()
    assert process.returncode == 0
    assert address.startswith("postgres://")
    assert not Path(folder).exists()
    assert not checkout.var.exists()


def test_passwords_are_for_the_owner_alone(checkout: Copy) -> None:
    with checkout.running():
        for name in ("services.env", "secrets.json", "broker.conf", "cache.conf"):
            assert stat.S_IMODE((checkout.var / name).stat().st_mode) == 0o600


@pytest.fixture
def private_folder() -> Iterator[Path]:
    """Directly under the temporary folder: pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory(prefix="soocas launcher ") as folder:
        yield Path(folder)


def test_a_private_folder_stays_private(private_folder: Path) -> None:
    private_folder.chmod(0o700)
    parents = {path: path.stat().st_mode for path in private_folder.parents}
    it = copy(private_folder / "shop")
    (private_folder / "shop").chmod(0o700)

    with it.running():
        fill(it)

        assert it.sql("SELECT what FROM kept") == ("a row",)
    assert stat.S_IMODE(private_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((private_folder / "shop").stat().st_mode) == 0o700
    assert {path: path.stat().st_mode for path in private_folder.parents} == parents


@ROOT_ONLY
def test_another_user_runs_it_too(private_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    private_folder.chmod(0o700)
    os.chown(private_folder, nobody, nobody)
    it = copy_for(nobody, private_folder / "shop")

    with it.running():
        fill(it)
        owner = Path(f"/proc/{it.pids['postgres']}").stat().st_uid

        assert owner == nobody
        assert (it.var / "postgres").stat().st_uid == nobody
    assert stat.S_IMODE(private_folder.stat().st_mode) == 0o700
    with it.running():
        assert_kept(it)


@ROOT_ONLY
def test_root_without_namespaces_lends_the_data_to_another_account(private_folder: Path) -> None:
    it = copy(private_folder / "shop")
    private_folder.chmod(0o755)
    programs = private_folder / "programs"
    programs.mkdir()
    (programs / "unshare").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (programs / "unshare").chmod(0o755)
    it.named = {"PATH": f"{programs}:{os.environ['PATH']}"}

    with it.running():
        fill(it)

        assert (it.var / "postgres").stat().st_uid != 0
        assert it.var.stat().st_uid == 0
    with it.running():
        assert_kept(it)


@ROOT_ONLY
def test_root_who_cannot_run_it_at_all_is_told_so_in_a_line(private_folder: Path) -> None:
    private_folder.chmod(0o700)
    it = copy(private_folder / "shop")
    programs = private_folder / "programs"
    programs.mkdir()
    it.named = {"PATH": str(programs)}

    process = it.command("services", "--no-standins")
    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert said.startswith("soocas: PostgreSQL does not run as root")
    assert said.count("\n") == 1
    assert stat.S_IMODE(private_folder.stat().st_mode) == 0o700
