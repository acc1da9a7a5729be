from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        from privacy import checks, guard, subjects, tombstones  # noqa: F401  (checks registers itself)

        subjects.proofs.erased_at = tombstones.last_erasure
        register()
        autodiscover_modules("personal_data")
        pre_migrate.connect(guard.make_way, sender=self, dispatch_uid="privacy.guard")
        post_migrate.connect(guard.install, sender=self, dispatch_uid="privacy.guard")


def register() -> None:
    """What this room itself has to say to the one rule and to the scan."""
    from privacy import handovers, holds, quiet, residue, rule, sweep
    from privacy.archives import keeping
    from privacy.corrections import statements

    rule.register_hold(holds.in_force)
    rule.register_stay(handovers.under_way)
    rule.register_pause(holds.wished)
    rule.register_pause(quiet.left_alone)
    rule.register_pause(statements.lasting)
    residue.register_owner("file", keeping.keepers)
    residue.register_owner("file", sweep.keepers)
