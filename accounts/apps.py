from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import roles, sessions
        from accounts.models import Session, User
        from accounts.personal_data import remembered
        from privacy import erasure, residue, subjects

        subjects.register_addresses(User.proved_addresses, User.objects.with_proved_address)
        residue.register_reading("accounts_session", "session_data", sessions.in_clear)
        erasure.register_ending(remembered.forget_copies)
        post_delete.connect(sessions.forget_copy, sender=Session, dispatch_uid="accounts.sessions")
        post_migrate.connect(roles.sync, dispatch_uid="accounts.roles")
