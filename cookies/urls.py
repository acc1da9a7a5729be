from django.urls import path

from cookies import views

machine = [  # without a language
    path("privacy/choice", views.choose, name="cookie-choice"),
    path("privacy/choice/receipt", views.receipt, name="cookie-receipt"),
    path(".well-known/gpc.json", views.gpc, name="gpc"),
]

app_name = "cookies"
urlpatterns = [path("privacy/cookies/", views.preferences, name="preferences")]
