"""Three lists: the centre's pages, allauth's pages, and where the providers send people back to."""

from __future__ import annotations

from allauth.account import urls as account_urls
from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.socialaccount import urls as social_urls
from allauth.socialaccount import views as social_views
from django.urls import URLPattern, URLResolver, include, path

from accounts import reauthentication, social, views
from accounts.pending import AWAITED, LOGIN, RESET, still
from accounts.turns import awaited, in_turn, typed

Urls = list[URLPattern | URLResolver]

pages: Urls = [
    path("", views.overview, name="overview"),
    path("profile/", views.profile, name="profile"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/new/", views.address, name="address-new"),
    path("addresses/<int:pk>/", views.address, name="address"),
    path("addresses/<int:pk>/delete/", views.address_delete, name="address-delete"),
    path("safety/", views.safety, name="safety"),
    path("safety/code/", reauthentication.by_code, name="reauthenticate-by-code"),
    path("safety/sessions/end/", views.end_sessions, name="end-sessions"),
]
doors: Urls = [
    path(  # allauth lets anyone who has the session choose one
        "password/set/",
        reauthentication_required(account_views.password_set),
        name="account_set_password",
    ),
    path("signup/", in_turn(account_views.signup, typed), name="account_signup"),
    path("3rdparty/signup/", in_turn(social_views.signup, typed), name="socialaccount_signup"),
    path(
        "confirm-email/",
        still(in_turn(account_views.email_verification_sent, awaited), AWAITED, "account_login"),
        name="account_email_verification_sent",
    ),
    path(
        "login/code/confirm/",
        still(account_views.confirm_login_code, LOGIN, "account_request_login_code"),
        name="account_confirm_login_code",
    ),
    path(
        "password/reset/confirm/",
        still(account_views.confirm_password_reset_code, RESET, "account_reset_password"),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/reset/complete/",
        still(account_views.complete_password_reset, RESET, "account_reset_password"),
        name="account_complete_password_reset",
    ),
    path("", include(account_urls)),
    path("3rdparty/", include(social_urls)),
    path("google/login/", social.google_login, name="google_login"),
    path("facebook/login/", social.facebook_login, name="facebook_login"),
]
callbacks: Urls = [  # one address for every language
    path("google/login/callback/", social.google_callback, name="google_callback"),
    path("facebook/login/callback/", social.facebook_callback, name="facebook_callback"),
]
