"""Sign-in through Google and Facebook: allauth's providers, believed no further than need be."""

from __future__ import annotations

from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView

google_login = OAuth2LoginView.adapter_view(GoogleOAuth2Adapter)
google_callback = OAuth2CallbackView.adapter_view(GoogleOAuth2Adapter)
facebook_login = OAuth2LoginView.adapter_view(FacebookOAuth2Adapter)
facebook_callback = OAuth2CallbackView.adapter_view(FacebookOAuth2Adapter)
