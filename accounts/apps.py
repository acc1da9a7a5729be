from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate

LETTERS = (  # codes that somebody waits for, and what changed about a way in
    *("account/account_already_exists", "account/email_changed", "account/email_confirmation"),
    *("account/email_confirmation_signup", "account/email_deleted", "account/login_code"),
    *("account/password_changed", "account/password_reset", "account/password_reset_code"),
    *("account/password_set", "account/unknown_account"),
    *("socialaccount/account_connected", "socialaccount/account_disconnected"),
)


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import roles, sessions
        from accounts.models import Session, User
        from accounts.personal_data import remembered
        from accounts.personal_data.people import PROTECTION
        from outbox import kinds
        from privacy import erasure, residue, subjects

        kinds.serve(PROTECTION.key, *LETTERS)

        subjects.register_addresses(User.proved_addresses, User.objects.with_proved_address)
        residue.register_reading("accounts_session", "session_data", sessions.in_clear)
        residue.register_owner("cache", sessions.copied)
        erasure.register_ending(remembered.forget_copies)
        post_delete.connect(sessions.forget_copy, sender=Session, dispatch_uid="accounts.sessions")
        post_migrate.connect(roles.sync, dispatch_uid="accounts.roles")
