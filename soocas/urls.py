from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts import urls as accounts
from cookies import urls as cookies
from mailings import urls as mailings
from orders import urls as orders
from soocas import health, languages, views
from soocas.sitemap import SITEMAPS

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", languages.door),
    path("language", languages.choose, name="language"),
    # machine endpoints, without a language
    path("robots.txt", views.robots),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("account/", include(accounts.callbacks)),
    path(
        ".well-known/change-password", RedirectView.as_view(pattern_name="account_change_password")
    ),
    path("", include(cookies.machine)),
    path("", include(mailings.machine)),
    path("", include(orders.machine)),
]
urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("", include("catalog.urls")),
    path("", include("cookies.urls")),
    path("", include("privacy.urls")),
    path("", include("orders.urls")),
    path("account/", include((accounts.pages, "accounts"))),
    path("account/", include(accounts.doors)),
    path("", include("mailings.urls")),
)

handler400 = "soocas.views.not_understood"
handler403 = "soocas.views.not_allowed"
handler404 = "soocas.views.not_found"
handler500 = "soocas.views.broken"
