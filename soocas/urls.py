from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts import urls as accounts

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    # machine endpoints, without a language
    path("account/", include(accounts.callbacks)),
]
urlpatterns += i18n_patterns(
    path("account/", include((accounts.pages, "accounts"))),
    path("account/", include(accounts.doors)),
)
