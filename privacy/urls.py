from django.urls import path

from privacy.views import account, cases, choices, corrections, downloads, public

app_name = "privacy"
urlpatterns = [
    path("account/privacy/", account.centre, name="centre"),
    path("account/privacy/download/", downloads.download, name="download"),
    path("account/privacy/download/<slug:reference>/", downloads.hand_out, name="hand_out"),
    path("account/privacy/correct/", account.correct, name="correct"),
    path("account/privacy/choices/", choices.choices, name="choices"),
    path("account/privacy/correct/other/", corrections.dispute, name="dispute"),
    path("account/privacy/correct/add/", corrections.complete, name="complete"),
    path("account/privacy/delete/", account.delete, name="delete"),
    path("account/privacy/scheduled/", account.scheduled, name="scheduled"),
    path("account/privacy/requests/", account.requests, name="requests"),
    path("account/privacy/requests/new/", cases.ask, name="ask"),
    path("account/privacy/requests/<slug:reference>/", cases.case, name="case"),
    path("account/privacy/told/", cases.told, name="told"),
    path("privacy/", public.index, name="index"),
    path("privacy/policy/", public.policy, name="policy"),
    path("privacy/contact/", public.contact, name="contact"),
    path("privacy/request/", public.inquire, name="request"),
    path("privacy/request/<slug:reference>/", public.filed, name="filed"),
    path("privacy/request/<slug:reference>/code/", public.code, name="code"),
    path("privacy/reply/<str:token>/", public.reply, name="reply"),
    path("privacy/correct/<str:token>/", corrections.by_link, name="correct-by-link"),
    path("privacy/keep/<str:token>/", public.keep, name="keep"),
    path("privacy/fetch/<str:token>/", downloads.fetch, name="fetch"),
]
