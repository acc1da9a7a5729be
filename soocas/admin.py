"""The frame of the administration. What is in it, each room says for itself."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.site_title = admin.site.site_header = _("Soocas administration")
admin.site.index_title = _("What do you work on?")
admin.site.enable_nav_sidebar = False  # it keeps its state in the browser's storage
