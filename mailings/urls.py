from django.urls import path

from mailings import views

machine = [path("u/<str:token>", views.unsubscribe, name="unsubscribe")]  # without a language

app_name = "mailings"
urlpatterns = [
    path("newsletter/", views.subscribe, name="subscribe"),
    path("newsletter/check/", views.check, name="check"),
    path("newsletter/confirm/<str:token>/", views.confirm, name="confirm"),
    path("account/subscriptions/", views.subscriptions, name="subscriptions"),
]
