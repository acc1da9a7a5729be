from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def unproved(self) -> Self:
        """Sign-ups whose address nobody has proved: never entered, anyone may have made them."""
        return self.filter(last_login=None, is_staff=False, is_superuser=False).exclude(
            emailaddress__verified=True
        )

    def with_address(self, email: str) -> Self:
        return self.filter(Q(email__iexact=email) | Q(emailaddress__email__iexact=email))

    def with_proved_address(self, email: str) -> Self:
        return self.filter(emailaddress__verified=True, emailaddress__email__iexact=email)

    def give_way(self) -> int:
        """Delete them; how many. A browser that waits for a code keeps its cart, and is told."""
        with transaction.atomic():
            found = [user.pk for user in self.select_for_update(of=("self",))]
            Session.objects.filter(user__in=found).update(user=None)
            return User.objects.filter(pk__in=found).delete()[1].get(User._meta.label, 0)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def unproved(self) -> UserQuerySet:
        return self.get_queryset().unproved()

    def with_proved_address(self, email: str) -> UserQuerySet:
        return self.get_queryset().with_proved_address(email)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The e-mail address is the user name, whatever its case."""

    email = models.EmailField(_("e-mail address"), unique=True)
    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("full name"), max_length=100, blank=True)
    nickname = models.CharField(_("nickname"), max_length=50, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="nl"
    )
    is_staff = models.BooleanField(_("works here"), default=False)
    is_active = models.BooleanField(_("can sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last visit"), default=timezone.now, db_index=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [models.Index(Upper("email"), name="user_by_email")]  # as iexact compares
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case")]

    def __str__(self) -> str:
        return self.email

    @property
    def proved(self) -> bool:
        """Whether someone has shown that the address is theirs, or works here."""
        return not User.objects.unproved().filter(pk=self.pk).exists()

    def proved_addresses(self) -> set[str]:
        """What this person has shown to be theirs: guests' rows with these addresses are too."""
        from allauth.account.models import EmailAddress

        addresses: Any = EmailAddress.objects.filter(user=self, verified=True)
        return set(addresses.values_list("email", flat=True))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.nickname or self.name


class Country(models.TextChoices):
    NL = "NL", _("Netherlands")
    BE = "BE", _("Belgium")
    DE = "DE", _("Germany")
    FR = "FR", _("France")
    LU = "LU", _("Luxembourg")


class Address(models.Model):
    """One place a person has things sent to, kept to fill in the checkout."""

    user = models.ForeignKey(User, models.CASCADE, related_name="addresses")
    name = models.CharField(_("full name"), max_length=100)
    street = models.CharField(_("street"), max_length=100)
    house_number = models.CharField(_("house number"), max_length=20)
    postcode = models.CharField(_("postcode"), max_length=12)
    city = models.CharField(_("town"), max_length=100)
    country = models.CharField(
        _("country"), max_length=2, choices=Country.choices, default=Country.NL
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.street} {self.house_number}, {self.postcode} {self.city}"


class Session(AbstractBaseSession):
    """A browser's session, with its account in a column so that all of a person's can be ended."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from accounts.sessions import SessionStore

        return SessionStore
