"""From asking for one's data to its one download, whatever happens between."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from orders.models import Order, OrderEvent
from privacy import erasure, subjects
from privacy.archives import job, keeping
from privacy.archives.parts import private
from privacy.models import Export, Request
from privacy.requests import events
from privacy.tasks import make_archive, purge, run_due_requests, sweep_archives
from tests.privacy.archives import PAGE, fetched, make_all, manifest, opened, ordered, text
from tests.privacy.conftest import Inbox, code_in, link_in, officer
from tests.privacy.test_requests_own_data import GUEST, approve, ask, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: Settings, tmp_path: Path) -> None:
    private_one = {**settings.STORAGES["private"]}
    private_one["OPTIONS"] = {**private_one["OPTIONS"], "location": tmp_path / "private"}
    settings.STORAGES = {**settings.STORAGES, "private": private_one}


def files() -> list[str]:
    """All that lies in private storage."""
    root = Path(private().path(""))
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def in_(days: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_while_it_is_made_the_page_says_how_far_it_is_and_asks_again_by_itself(
    signed_in: Client, anna: User
) -> None:
    signed_in.post(PAGE, {"kind": "access"})
    Export.objects.update(
        state="running",
        total=12,
        done=6,
        position={"folder": "f", "sources": ["a", "b", "c"], "source": 2},
    )

    page = signed_in.get(PAGE).content.decode()

    assert '<meta http-equiv="refresh" content="2">' in page
    assert "2 van de 3 bronnen zijn klaar" in page
    assert page.count('class="on"') >= 6
    assert "Bestand klaarzetten" not in page  # nothing that a reload would undo
    assert f'<a href="{PAGE}">Kijk opnieuw</a>' in page


def test_a_ready_archive_is_downloaded_once_and_leaves_nothing_behind(
    signed_in: Client, anna: User, inbox: Inbox
) -> None:
    export = ordered(signed_in)
    page = signed_in.get(PAGE).content.decode()
    mail = inbox()[-1]

    assert "http-equiv" not in page
    assert mail.to == [anna.email]
    assert PAGE in link_in(mail)
    assert len(files()) == 1
    assert "Anna Jansen" in text(fetched(signed_in, export))

    again = signed_in.post(f"{PAGE}{export.request.reference}/", follow=True)

    assert "niet meer te downloaden" in again.content.decode()
    assert files() == []
    case = Request.objects.get()
    assert (case.state, case.email, case.subject_id) == ("fulfilled", "", None)
    assert [e.action for e in case.events.all()] == [
        *("received", "signed_in_again", "link_sent", "downloaded")
    ]
    assert events.is_intact(case)
    export.refresh_from_db()
    assert (export.state, export.file, export.position) == ("fetched", "", {})


def test_two_clicks_hand_it_out_to_one(signed_in: Client) -> None:
    export = ordered(signed_in)
    path = f"{PAGE}{export.request.reference}/"

    first, second = signed_in.post(path), signed_in.post(path)

    assert first["Content-Type"] == "application/zip"
    assert second.status_code == 302
    assert manifest(opened(first))["partial"] is False


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}{{reference}}/"])
def test_nothing_is_ordered_or_handed_out_without_proof_that_it_is_she(
    signed_in: Client, anna: User, path: str
) -> None:
    export = ordered(signed_in)
    stolen = Client()
    stolen.force_login(anna)  # an old session, or somebody at her desk

    answer = stolen.post(path.format(reference=export.request.reference))

    assert "/reauthenticate/" in answer["Location"]
    assert Request.objects.count() == 1
    export.refresh_from_db()
    assert export.state == "ready"


def test_nobody_fetches_anothers_archive(signed_in: Client, client: Client) -> None:
    export = ordered(signed_in)
    other = User.objects.create_user("bob@example.com", "x")
    client.force_login(other)
    session = client.session
    session["account_authentication_methods_user"] = str(other.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    session.save()

    assert client.post(f"{PAGE}{export.request.reference}/").status_code == 404
    assert client.get(f"{PAGE}{export.request.reference}/").status_code == 405
    for forged in ("V-0000", "%00", "x" * 300):
        assert client.post(f"{PAGE}{forged}/").status_code == 404


def test_it_has_expired_at_the_very_moment_whoever_sweeps(signed_in: Client) -> None:
    export = ordered(signed_in)

    assert export.expires_at
    with time_machine.travel(export.expires_at, tick=False):
        late = signed_in.post(f"{PAGE}{export.request.reference}/")

    assert late.status_code == 302
    export.refresh_from_db()
    assert export.state == "ready"


def test_what_nobody_fetched_is_deleted_after_seven_days(signed_in: Client) -> None:
    export = ordered(signed_in)

    with in_(6.9):
        sweep_archives()
    assert len(files()) == 1

    with in_(7.1):
        sweep_archives()
        run_due_requests()
    export.refresh_from_db()
    assert (export.state, export.file, files()) == ("expired", "", [])
    case = Request.objects.get()
    assert (case.state, case.email) == ("fulfilled", "")
    assert case.events.last().action == "lapsed"  # type: ignore[union-attr]


def test_no_address_leads_to_private_storage(signed_in: Client, settings: Settings) -> None:
    export = ordered(signed_in)

    path = Path(private().path(export.file))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for prefix in ("", "/media", "/private", "/static", "/nl"):
        assert Client().get(f"{prefix}/{export.file}").status_code == 404
    for root in (configured.MEDIA_ROOT, configured.STATIC_ROOT):
        assert not Path(configured.PRIVATE_ROOT).is_relative_to(root)


def ticking(*, dies_at: int = 10**9, step: timedelta = timedelta()) -> Callable[[], datetime]:
    """A clock; as it is looked at so often, the process ends as by kill -9."""
    start, looks = timezone.now(), [0]

    def look() -> datetime:
        looks[0] += 1
        if looks[0] >= dies_at:
            raise SystemExit
        return start + step * looks[0] + timedelta(microseconds=looks[0])

    return look


def waiting(client: Client) -> Export:
    client.post(PAGE, {"kind": "access"})
    return Export.objects.get()


@pytest.fixture
def many(anna: User) -> None:
    """Enough rows that an archive has several parts of a source."""
    order = make_order("2026-000001")
    Order.objects.update(customer=anna)
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, kind="placed", at=timezone.now(), detail=f"step {n}.")
        for n in range(450)
    )


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("looks", [4, 9, 14, 20])
def test_a_killed_job_is_taken_over_where_it_was(signed_in: Client, looks: int) -> None:
    export = waiting(signed_in)
    with pytest.raises(SystemExit):
        job.work(export.pk, clock=ticking(dies_at=looks))
    export.refresh_from_db()
    assert export.state == "running"
    before = export.done

    make_archive(export.pk)  # another worker, at once: the first may be alive
    export.refresh_from_db()
    assert (export.state, export.done) == ("running", before)

    with in_(0.01):
        sweep_archives()
        make_archive(export.pk)
    archive = fetched(signed_in, export)
    export.refresh_from_db()
    assert (export.state, export.done) == ("fetched", export.total)
    assert all(text(archive).count(f"<dd>step {n}.</dd>") for n in range(450))
    data = archive.read("data.json").decode()
    assert [data.count(f'"step {n}."') for n in range(450)] == [1] * 450
    assert manifest(archive)["partial"] is False
    assert files() == []


@pytest.mark.usefixtures("many")
def test_a_long_one_gives_others_their_turn_after_a_slice(signed_in: Client) -> None:
    export, slices = waiting(signed_in), 0

    while export.state != "ready" and slices < 200:
        job.work(export.pk, clock=ticking(step=timedelta(seconds=10)))
        export.refresh_from_db()
        slices += 1

    assert slices > 3
    assert '"step 449."' in fetched(signed_in, export).read("data.json").decode()


def test_an_archive_that_cannot_be_stored_is_tried_again_and_then_shown_to_people(
    signed_in: Client, settings: Settings, tmp_path: Path
) -> None:
    export = waiting(signed_in)
    (tmp_path / "private").write_text("a file where the folder should be")

    for _ in range(5):
        make_archive(export.pk)

    export.refresh_from_db()
    case = export.request
    assert (export.state, case.state, case.closed_at) == ("failed", "needs_operator", None)
    assert case.events.last().action == "failed"  # type: ignore[union-attr]
    assert "kon niet vanzelf worden geleverd" in signed_in.get(PAGE).content.decode()

    (tmp_path / "private").unlink()
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    make_all()
    assert "Anna Jansen" in text(fetched(signed_in, Export.objects.latest("pk")))


def test_an_erased_person_has_no_archive_left(
    signed_in: Client,
    anna: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ordered(signed_in)
    assert len(files()) == 1

    with django_capture_on_commit_callbacks(execute=True):
        plan = erasure.erase(subjects.of(anna), timezone.now())

    assert files() == []
    assert not Export.objects.filter(state__in=keeping.LIVE).exists()
    assert 1 in plan.elsewhere.values()
    assert not Request.objects.filter(kind="access", closed_at=None).exists()


def test_a_job_of_somebody_who_was_erased_meanwhile_delivers_nothing(
    signed_in: Client,
    anna: User,
    inbox: Inbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    export = waiting(signed_in)
    with pytest.raises(SystemExit):
        job.work(export.pk, clock=ticking(dies_at=8))
    assert files()

    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(subjects.of(anna), timezone.now())
    with in_(0.01):
        sweep_archives()
        make_archive(export.pk)

    assert files() == []
    assert not [mail for mail in inbox() if "klaar" in mail.subject.lower()]


def test_files_of_which_no_row_knows_are_swept(signed_in: Client) -> None:
    export = ordered(signed_in)
    Request.objects.filter(pk=export.request_id).delete()

    assert keeping.sweep_lost() == 1
    assert files() == []

    kept = ordered(signed_in)
    assert keeping.sweep_lost() == 0
    assert files() == [kept.file]


# by the public form


@pytest.mark.parametrize(
    ("kind", "names"), [("access", {"index.html"}), ("portability", {"schema.json"})]
)
def test_a_guests_link_comes_only_when_the_archive_is_ready(
    client: Client, inbox: Inbox, kind: str, names: set[str]
) -> None:
    make_order("2026-000001")
    case = ask(client, inbox, kind)
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    run_due_requests()
    case.refresh_from_db()
    assert case.state == "executing"
    assert not [mail for mail in inbox() if "/fetch/" in mail.body]

    make_all()
    make_all()

    case.refresh_from_db()
    links = [link_in(mail) for mail in inbox() if "/fetch/" in mail.body]
    assert (case.state, len(links)) == ("awaiting_requester", 1)
    assert Client().get(links[0]).status_code == 200
    archive = opened(Client().post(links[0]))
    assert "Lindenlaan" in text(archive)
    assert names < set(archive.namelist())
    assert Client().post(links[0]).status_code == 410
    assert files() == []


@pytest.mark.parametrize("when", ["before it is made", "before it is fetched"])
def test_another_address_since_the_filing_stops_the_delivery_and_both_are_told(
    client: Client, inbox: Inbox, anna: User, when: str
) -> None:
    filed = client.post("/en/privacy/request/", {"kind": "access", "email": anna.email})
    client.post(str(filed["Location"]), {"code": code_in(inbox()[-1])})
    case = Request.objects.get()
    if when == "before it is fetched":
        approve(case)
        link = link_in(inbox()[-1])
    EmailAddress.objects.filter(user=anna).update(email="anna@new.example")
    User.objects.filter(pk=anna.pk).update(email="anna@new.example")
    told_before = len(inbox())

    if when == "before it is fetched":
        assert Client().post(link, follow=True).status_code == 410
    else:
        approve(case)

    case.refresh_from_db()
    assert case.state == "needs_operator"
    letters = inbox()[told_before:]
    assert {mail.to[0] for mail in letters} == {"anna.jansen@example.com", "anna@new.example"}
    assert not any("/fetch/" in mail.body for mail in letters)
    sweep_archives()
    assert files() == []


def test_an_account_that_changed_its_address_does_not_download_what_was_asked_before(
    signed_in: Client, anna: User
) -> None:
    export = ordered(signed_in)
    EmailAddress.objects.filter(user=anna).update(email="anna@new.example")
    User.objects.filter(pk=anna.pk).update(email="anna@new.example")

    answer = signed_in.post(f"{PAGE}{export.request.reference}/")

    assert answer.status_code == 302
    assert Request.objects.get().state == "needs_operator"


def test_what_is_taken_along_has_its_own_request(signed_in: Client) -> None:
    export = ordered(signed_in, "portable")

    assert (export.portable, export.request.kind) == (True, "portability")
    archive = fetched(signed_in, export)
    assert {"data.json", "schema.json", "csv/accounts-user.csv"} < set(archive.namelist())


def test_a_purged_case_takes_its_archive_along(signed_in: Client) -> None:
    export = ordered(signed_in)
    fetched(signed_in, export)

    with in_(800):
        purge()

    assert not Export.objects.exists()
    assert GUEST not in str(files())
