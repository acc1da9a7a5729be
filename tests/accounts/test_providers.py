"""Coming in through Google and Facebook, and every order of ways in to the same address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken

from accounts.models import User
from tests.accounts.visitor import OTHER, Visitor, chosen_at, code_for, letters, words
from tests.people import staff_member

GMAIL = "noor@gmail.com"  # Google runs this mailbox
ELSEWHERE = "noor@example.test"  # Google only says that it was verified once

pytestmark = pytest.mark.django_db


def test_google_makes_an_account_at_once(visitor: Visitor, google: str) -> None:
    visitor.comes_by("google", ELSEWHERE)

    assert (visitor.user.email, visitor.user.name) == (ELSEWHERE, "Noor de Vries")
    assert not visitor.user.has_usable_password()
    assert EmailAddress.objects.get(user=visitor.user).verified


def test_the_second_time_it_is_the_same_account(visitor: Visitor, google: str) -> None:
    visitor.comes_by("google", ELSEWHERE)
    first = visitor.user
    visitor.signs_out()

    visitor.comes_by("google", ELSEWHERE)

    assert visitor.user == first
    assert User.objects.count() == 1


def test_the_way_back_is_one_address_and_the_language_stays(db: None, google: str) -> None:
    english = Visitor("en")

    away = english.leaves_for("google")
    answer = english.get(chosen_at(away, ELSEWHERE))

    target = parse_qs(urlsplit(away).query)["redirect_uri"][0]
    assert urlsplit(target).path == "/account/google/login/callback/"
    assert answer["Location"].startswith("/en/")
    assert english.user.language == "en"


def test_only_name_and_address_are_asked_for_and_kept(
    visitor: Visitor, google: str, facebook: str
) -> None:
    away = parse_qs(urlsplit(visitor.leaves_for("google")).query)
    assert set(away["scope"][0].split()) == {"profile", "email"}
    away = parse_qs(urlsplit(visitor.leaves_for("facebook")).query)
    assert away["scope"] == ["email"]

    visitor.comes_by("google", ELSEWHERE)

    kept = SocialAccount.objects.get().extra_data
    assert set(kept) <= {"sub", "email", "email_verified", "hd", "name"}
    assert not SocialToken.objects.exists()


def test_an_address_that_google_does_not_vouch_for_is_proved_by_a_code(
    visitor: Visitor, google: str
) -> None:
    visitor.comes_by("google", ELSEWHERE, email_verified="absent")
    assert visitor.nobody

    visitor.types_code(code_for(ELSEWHERE))

    assert visitor.user.email == ELSEWHERE


def test_facebook_vouches_for_no_address(visitor: Visitor, facebook: str) -> None:
    visitor.comes_by("facebook", ELSEWHERE)
    assert visitor.nobody

    visitor.types_code(code_for(ELSEWHERE))

    assert (visitor.user.email, visitor.user.name) == (ELSEWHERE, "Noor de Vries")


def test_facebook_without_an_address_asks_for_one_and_proves_it(
    visitor: Visitor, facebook: str
) -> None:
    visitor.comes_by("facebook", "", subject="10000000000000001")
    assert visitor.nobody

    visitor.sends("3rdparty/signup/", email=ELSEWHERE)
    visitor.types_code(code_for(ELSEWHERE))

    assert visitor.user.email == ELSEWHERE
    assert visitor.user.socialaccount_set.get().provider == "facebook"


# the same address by a second way in


@pytest.mark.parametrize("second", [GMAIL, "Noor@GMAIL.com"])
def test_an_account_by_mail_then_google_who_runs_the_mailbox_is_one_account(
    visitor: Visitor, google: str, second: str
) -> None:
    user = visitor.joins(GMAIL)
    visitor.signs_out()

    visitor.comes_by("google", second)

    assert visitor.user == user
    assert visitor.user.check_password("a long sentence is easy")
    assert User.objects.count() == 1
    assert letters(GMAIL)[-1].kind == "socialaccount/account_connected"


@pytest.mark.parametrize(
    ("provider", "email", "verified"),
    [
        ("google", ELSEWHERE, "on"),  # not Google's mailbox: once verified proves nothing now
        ("google", GMAIL, "absent"),
        ("facebook", ELSEWHERE, "on"),
    ],
)
def test_a_provider_without_authority_never_enters_an_account_nor_makes_a_second(
    visitor: Visitor,
    attacker: Visitor,
    google: str,
    facebook: str,
    provider: str,
    email: str,
    verified: str,
) -> None:
    visitor.joins(email)

    answer = attacker.comes_by(provider, email, email_verified=verified)

    assert answer["Location"].endswith("/confirm-email/")  # as for a new address: no oracle
    assert attacker.nobody
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert letters(email)[-1].kind == "account/account_already_exists"


def test_the_owner_signs_in_and_connects_what_had_no_authority(
    visitor: Visitor, facebook: str
) -> None:
    visitor.joins(ELSEWHERE)
    reauthenticated(visitor)

    visitor.comes_by("facebook", ELSEWHERE, process="connect")
    visitor.signs_out()
    visitor.comes_by("facebook", ELSEWHERE)

    assert visitor.user.email == ELSEWHERE
    assert User.objects.count() == 1


def test_a_stranger_s_sign_up_does_not_survive_the_owner_coming_by_google(
    visitor: Visitor, attacker: Visitor, google: str
) -> None:
    attacker.signs_up(GMAIL, OTHER, name="Not Noor")

    visitor.comes_by("google", GMAIL)

    assert visitor.user.name == "Noor de Vries"
    assert not visitor.user.has_usable_password()
    attacker.signs_in(GMAIL, OTHER)
    attacker.reads("confirm-email/")
    assert attacker.nobody


def test_a_stranger_s_facebook_does_not_survive_the_owner_coming_by_google(
    visitor: Visitor, attacker: Visitor, google: str, facebook: str
) -> None:
    attacker.comes_by("facebook", GMAIL, subject="10000000000000666")

    visitor.comes_by("google", GMAIL)
    attacker.comes_by("facebook", GMAIL, subject="10000000000000666")

    assert attacker.nobody
    assert [link.provider for link in SocialAccount.objects.all()] == ["google"]


def test_a_stranger_s_facebook_does_not_survive_the_owner_s_sign_up(
    visitor: Visitor, attacker: Visitor, facebook: str
) -> None:
    attacker.comes_by("facebook", ELSEWHERE, subject="10000000000000666")

    visitor.joins(ELSEWHERE)
    attacker.comes_by("facebook", ELSEWHERE, subject="10000000000000666")

    assert attacker.nobody
    assert not SocialAccount.objects.exists()


def test_a_stranger_s_sign_up_is_not_opened_by_a_sign_in_code_or_a_new_password(
    visitor: Visitor, attacker: Visitor
) -> None:
    attacker.signs_up(ELSEWHERE, OTHER)

    visitor.sends("login/code/", email=ELSEWHERE)
    visitor.sends("password/reset/", email=ELSEWHERE)

    kinds = [m.kind for m in letters(ELSEWHERE)]
    assert kinds[-2:] == ["account/unknown_account", "account/unknown_account"]


def test_who_works_here_is_never_signed_in_by_a_matching_address(
    visitor: Visitor, google: str
) -> None:
    staff_member(email=GMAIL, password=OTHER)

    visitor.comes_by("google", GMAIL)

    assert visitor.nobody
    assert User.objects.count() == 1


def test_google_first_then_sign_up_by_mail_makes_no_second_account(
    visitor: Visitor, attacker: Visitor, google: str
) -> None:
    visitor.comes_by("google", ELSEWHERE)

    attacker.signs_up(ELSEWHERE, OTHER)

    assert attacker.nobody
    assert User.objects.count() == 1
    assert not User.objects.get().has_usable_password()


def test_another_person_s_google_cannot_be_connected(
    visitor: Visitor, attacker: Visitor, google: str
) -> None:
    visitor.comes_by("google", ELSEWHERE)
    attacker.joins("other@example.test")
    reauthenticated(attacker)

    answer = attacker.get(chosen_at(attacker.leaves_for("google", "connect"), ELSEWHERE))

    assert SocialAccount.objects.get().user == visitor.user
    assert "notice-danger" in attacker.get(answer["Location"]).content.decode()


def test_only_what_is_not_connected_yet_is_offered_and_each_has_its_letter(
    visitor: Visitor, google: str
) -> None:
    door = visitor.reads("login/")
    visitor.comes_by("google", ELSEWHERE)

    page = visitor.reads("3rdparty/")

    assert '<span class="letter-mark" aria-hidden="true">G</span>' in door
    assert '<span class="letter-mark" aria-hidden="true">f</span>' in door
    assert "facebook/login/?process=connect" in page
    assert "google/login/?process=connect" not in page


# disconnecting


def test_disconnecting_deletes_what_came_from_there(visitor: Visitor, google: str) -> None:
    visitor.joins(GMAIL)
    reauthenticated(visitor)
    visitor.comes_by("google", GMAIL, process="connect")
    link = SocialAccount.objects.get()
    User.objects.update(name=link.extra_data["name"])

    visitor.sends("3rdparty/", account=link.pk)

    assert not SocialAccount.objects.exists()
    assert visitor.user.name == ""
    assert letters(GMAIL)[-1].kind == "socialaccount/account_disconnected"


def test_the_name_stays_if_the_person_keeps_it(visitor: Visitor, google: str) -> None:
    visitor.joins(GMAIL)
    reauthenticated(visitor)
    visitor.comes_by("google", GMAIL, process="connect")
    link = SocialAccount.objects.get()
    User.objects.update(name=link.extra_data["name"])

    visitor.sends("3rdparty/", account=link.pk, keep_name="on")

    assert visitor.user.name == "Noor de Vries"


def test_the_only_way_in_is_not_cut_off(visitor: Visitor, google: str) -> None:
    visitor.comes_by("google", ELSEWHERE)
    by_mail(visitor, ELSEWHERE)

    answer = visitor.sends("3rdparty/", account=SocialAccount.objects.get().pk)

    assert answer.status_code == 200
    assert 'id="wrong"' in answer.content.decode()
    assert SocialAccount.objects.exists()


def reauthenticated(visitor: Visitor) -> None:
    visitor.sends("reauthenticate/", password="a long sentence is easy")


def by_mail(visitor: Visitor, email: str) -> None:
    visitor.sends("safety/code/", send="1")
    visitor.sends("safety/code/", code=code_for(email))


# what a provider, or someone who plays one, may answer


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=x",
        "?state=x&code=x",
        "?error=server_error",
        "?code=%00&state=%00",
        "?state=" + "x" * 5000,
    ],
)
@pytest.mark.parametrize("provider", ["google", "facebook"])
def test_a_forged_return_is_refused_on_a_page_that_shows_the_way(
    visitor: Visitor, provider: str, query: str
) -> None:
    answer = visitor.get(f"/account/{provider}/login/callback/{query}")

    assert answer.status_code == 401
    assert "/account/login/" in answer.content.decode()


def test_going_back_at_the_provider_shares_nothing(visitor: Visitor, google: str) -> None:
    back = chosen_at(visitor.leaves_for("google"), ELSEWHERE, cancel="1")

    answer = visitor.get(back, follow=True)

    assert answer.status_code == 200
    assert "/account/login/" in answer.content.decode()
    assert not User.objects.exists()


def test_a_code_that_the_provider_refuses_is_a_clear_page(visitor: Visitor, google: str) -> None:
    state = parse_qs(urlsplit(visitor.leaves_for("google")).query)["state"][0]

    answer = visitor.get(f"/account/google/login/callback/?code=forged&state={state}")

    assert answer.status_code == 401
    assert visitor.nobody


def test_a_return_opened_twice_or_in_another_browser_signs_nobody_in(
    visitor: Visitor, attacker: Visitor, google: str
) -> None:
    back = chosen_at(visitor.leaves_for("google"), ELSEWHERE)

    assert attacker.get(back).status_code == 401
    assert visitor.get(back).status_code == 302
    assert visitor.get(back).status_code == 401
    assert attacker.nobody
    assert User.objects.count() == 1


@pytest.mark.parametrize("subject", ["x" * 5000, "a\0b"])
def test_a_senseless_identity_is_refused(visitor: Visitor, google: str, subject: str) -> None:
    answer = visitor.comes_by("google", ELSEWHERE, subject=subject)

    assert answer.status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["x" * 5000, "Noor <script>", "=1+1"])
def test_a_strange_name_is_only_a_name(visitor: Visitor, google: str, name: str) -> None:
    visitor.comes_by("google", ELSEWHERE, name=name)

    assert visitor.user.name == name[:100]
    assert "<script>" not in visitor.reads("")


def test_a_sign_in_begins_with_a_button_not_with_a_link(visitor: Visitor) -> None:
    answer = visitor.get(visitor.at("google/login/"))

    assert answer.status_code == 200
    assert "Google" in words(answer)
