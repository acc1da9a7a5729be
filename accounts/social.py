"""Sign-in through Google and Facebook: allauth's providers, believed no further than need be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.turns import kept, turn

KEPT = ("sub", "id", "email", "email_verified", "hd", "name")  # of what a provider tells
VERIFIED = ("email_verified", "verified_email")
NONSENSE = (AttributeError, ImproperlyConfigured, KeyError, TypeError, ValueError)
LANGUAGE = "sign_in_language"

View = Callable[[HttpRequest], HttpResponse]


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": _("This is how you sign in. Choose a password first, then disconnect it."),
        "no_verified_email": _("Prove your e-mail address first, then disconnect it."),
    }

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(sociallogin.account.extra_data.get("name") or "")[:100]
        return user

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Only Google, and only where Google itself runs the mailbox.

        It says "verified" of other addresses too, but that was once, when its account was made:
        https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
        """
        hosted = email.lower().endswith("@gmail.com") or bool(login.account.extra_data.get("hd"))
        return login.account.provider == "google" and hosted

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account that proved this address before; never that of someone who works here."""
        found: tuple[User, str] | None = super().authenticate_by_email(sociallogin)
        if found is None or found[0].is_staff or found[0].is_superuser:
            return None
        user, email = found
        proved = EmailAddress.objects.filter(user=user, email__iexact=email, verified=True)
        return found if proved.exists() else None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """A sign-up that nobody proved, with its password and its other ways in, gives way."""
        if not sociallogin.is_existing and sociallogin.state.get("process") == "login":
            for address in sociallogin.email_addresses:
                User.objects.unproved().with_address(address.email).give_way()

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        try:
            with transaction.atomic():
                user: User = super().save_user(request, sociallogin, form)
                return user
        except IntegrityError:  # the same person a moment ago
            email = sociallogin.user.email
            raise ImmediateHttpResponse(prevent_enumeration(request, email=email)) from None

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("accounts:safety")


class Doubting:
    """Takes nonsense from a provider for what it is: a failed sign-in, not a fault of ours."""

    turn: ExitStack

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        with doubt():
            return super().get_access_token_data(*args, **kwargs)  # type: ignore[misc]

    def parse_token(self, data: Any) -> Any:
        with doubt():
            return super().parse_token(data)  # type: ignore[misc]

    def complete_login(self, *args: Any, **kwargs: Any) -> SocialLogin:
        with doubt():
            login = super().complete_login(*args, **kwargs)  # type: ignore[misc]
            account = login.account
            vouched = any(account.extra_data.get(word) in (True, "true") for word in VERIFIED)
            for address in login.email_addresses:
                address.verified = address.verified and vouched  # allauth takes "false" for true
            account.extra_data = {k: v for k, v in account.extra_data.items() if k in KEPT}
            if not account.uid or "\0" in "".join(map(str, account.extra_data.values())):
                raise ValueError(account.provider)
            self.turn.enter_context(turn(*addresses(login)))  # the provider has said all
            return login


class Callback(OAuth2CallbackView):
    """What follows the provider's answer happens in the turn of the person's addresses."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with ExitStack() as self.adapter.turn:
            return kept(super().dispatch(request, *args, **kwargs))


def addresses(login: SocialLogin) -> set[str]:
    """What the provider gives, and what the account has that it opens."""
    known = User.objects.filter(
        socialaccount__provider=login.account.provider, socialaccount__uid=login.account.uid
    )
    given = {address.email for address in login.email_addresses}
    return given | set(known.values_list("email", flat=True))


@contextmanager
def doubt() -> Iterator[None]:
    try:
        yield
    except NONSENSE as error:
        raise OAuth2Error("The provider's answer makes no sense.") from error


class Google(Doubting, GoogleOAuth2Adapter):
    pass


class Facebook(Doubting, FacebookOAuth2Adapter):
    pass


def starting(view: View) -> View:
    """Remember the language for the way back; a provider that is not set up is not there."""

    @wraps(view)
    def start(request: HttpRequest) -> HttpResponse:
        request.session[LANGUAGE] = translation.get_language()
        try:
            return view(request)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    return start


def returning(view: View) -> View:
    """One address serves both languages: go on in the one that the person left in."""

    @wraps(view)
    def back(request: HttpRequest) -> HttpResponse:
        language = request.session.get(LANGUAGE)
        if language and translation.check_for_language(language):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        try:
            return view(request)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    return back


google_login = starting(OAuth2LoginView.adapter_view(Google))
google_callback = returning(Callback.adapter_view(Google))
facebook_login = starting(OAuth2LoginView.adapter_view(Facebook))
facebook_callback = returning(Callback.adapter_view(Facebook))
