from __future__ import annotations

from django.urls import path

from orders.returns import buyer, find, views

urlpatterns = [
    path("withdraw/", views.withdraw, name="withdraw"),
    path("withdraw/confirm/", views.confirm, name="withdraw-confirm"),
    path("withdraw/<order_token:nonce>/", views.withdrawn, name="withdrawn"),
    path("orders/find/", find.find, name="find"),
    path("orders/find/sent/", find.sent, name="found"),
    path("orders/<order_token:token>/withdraw/", views.withdraw, name="withdraw-order"),
    path(
        "orders/<order_token:token>/withdraw/confirm/", views.confirm, name="withdraw-order-confirm"
    ),
    path(
        "orders/<order_token:token>/withdraw/<order_token:nonce>/",
        views.withdrawn,
        name="withdrawn-order",
    ),
    path("orders/<order_token:token>/send-back/", buyer.send_back, name="send-back"),
    path("orders/<order_token:token>/missing/", buyer.missing, name="missing"),
    path(
        "orders/<order_token:token>/returns/<int:position>/sent/", buyer.say_sent, name="say-sent"
    ),
    path(
        "orders/<order_token:token>/returns/<int:position>/cancel/",
        buyer.cancel,
        name="cancel-return",
    ),
]
