from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    # machine endpoints, without a language
]
urlpatterns += i18n_patterns(
    path("account/", include("allauth.urls")),
)
