"""A shop in miniature, with every kind of row the engine must treat."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.db.models import Q


class Row(models.Model):
    """Tells mypy of the manager; its plugin gives it only to models of an installed app."""

    objects: ClassVar[models.Manager[Self]]

    class Meta:
        abstract = True


class Order(Row):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    number = models.CharField(max_length=20, unique=True)
    email = models.EmailField()
    proved_at = models.DateTimeField(null=True)
    phone = models.CharField(max_length=30, null=True)
    name = models.CharField("full name", max_length=100)
    street = models.CharField(max_length=100)
    recipient = models.CharField(max_length=100, blank=True)
    recipient_email = models.EmailField(blank=True)
    snapshot = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=9, decimal_places=2, default=9)
    closed_at = models.DateTimeField(null=True, db_index=True)


class Gift(Order):
    class Meta:
        proxy = True


class Line(Row):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    title = models.CharField(max_length=100)


class Subscription(Row):
    email = models.EmailField(unique=True)
    state = models.CharField(max_length=10, choices=[("on", "On"), ("off", "Off")], default="on")
    ended_at = models.DateTimeField(null=True, db_index=True)


class Picture(Row):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    image = models.FileField(upload_to="pictures")


class Review(Row):
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    nickname = models.CharField(max_length=50, unique=True)
    text = models.TextField()
    written_at = models.DateTimeField(db_index=True)
    liked_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="forbidden"), name="toy_text_allowed")
        ]


class Answer(Row):
    """To a survey that goes on counting when its people have gone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    email = models.EmailField(blank=True)
    postcode = models.CharField(max_length=7, blank=True)
    born_on = models.DateField(null=True)
    came_from = models.GenericIPAddressField(null=True)
    given_at = models.DateTimeField(db_index=True)


class Visit(Row):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    page = models.CharField(max_length=100)
    seen_at = models.DateTimeField(db_index=True)


class Member(Row):
    """Inherited from, by tables of their own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    name = models.CharField(max_length=100)
    left_at = models.DateTimeField(null=True, db_index=True)


class Teacher(Member):
    subject = models.CharField(max_length=100)


class Post(Row):
    """A UUID for its key, itself for a parent, keys in JSON, many who like it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True)
    text = models.TextField()
    extra = models.JSONField(default=dict)
    liked_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    written_at = models.DateTimeField(db_index=True)


class Remark(Row):
    """Of any other row: whoever's that one is, this speaks of."""

    content_type = models.ForeignKey("contenttypes.ContentType", models.CASCADE)
    object_id = models.CharField(max_length=40)
    about = GenericForeignKey()
    text = models.TextField()
    made_at = models.DateTimeField(db_index=True)


class PostHistory(Row):
    """What a post was before, as history tables keep it: a copy without a foreign key."""

    post = models.UUIDField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False
    )
    text = models.TextField()
    changed_at = models.DateTimeField(db_index=True)
