"""Django REST framework with model serializers and its cursorless page. Only reads."""

import json
import os
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.db import models  # noqa: E402  the settings come first
from django.urls import path  # noqa: E402
from rest_framework import generics, pagination, serializers  # noqa: E402


class Country(models.Model):
    """A country."""

    id = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label, db_table, managed = "peers", "countries", False


class Question(models.Model):
    """A question."""

    id = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label, db_table, managed = "peers", "questions", False


class Opinion(models.Model):
    """An opinion of a country."""

    id = models.TextField(primary_key=True)
    dataset = models.TextField()
    revision = models.IntegerField()
    recorded_at = models.TextField()
    by = models.ForeignKey(Country, models.DO_NOTHING, db_column="holder")
    on = models.ForeignKey(Question, models.DO_NOTHING, db_column="question")
    holder_country = models.TextField()
    stance = models.TextField()
    score = models.IntegerField(null=True)
    attribution = models.TextField()
    confidence = models.TextField(null=True)
    stated_earliest = models.TextField()
    stated_latest = models.TextField()
    body = models.TextField()

    class Meta:
        app_label, db_table, managed = "peers", "opinions", False


def named(model: Any) -> Any:
    """A serializer of what is referred to."""
    meta = type("Meta", (), {"model": model, "fields": ["id", "name"]})
    return type(f"{model.__name__}Named", (serializers.ModelSerializer,), {"Meta": meta})


class OpinionSerializer(serializers.ModelSerializer):
    """An opinion as it is answered."""

    by = named(Country)()
    on = named(Question)()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Opinion
        fields = [
            *("id", "dataset", "revision", "recorded_at", "by", "on", "stance", "score"),
            *("attribution", "confidence", "stated_earliest", "stated_latest", "evidence"),
        ]

    def get_evidence(self, opinion: Opinion) -> Any:
        """Where it is said."""
        return json.loads(opinion.body)["evidence"]


class Pages(pagination.LimitOffsetPagination):
    """Pages of 20."""

    default_limit = 20


class Opinions(generics.ListAPIView):
    """A page of opinions with a total."""

    serializer_class = OpinionSerializer
    pagination_class = Pages

    def get_queryset(self) -> Any:
        """The filtered rows in order."""
        given = self.request.query_params
        order = given.get("sort", "stated").replace("stated", "stated_earliest")
        return (
            Opinion.objects.filter(holder_country=given["country"], stance=given["stance"])
            .select_related("by", "on")
            .order_by(order, "id")
        )


class One(generics.RetrieveAPIView):
    """One opinion."""

    serializer_class = OpinionSerializer
    queryset = Opinion.objects.select_related("by", "on")


urlpatterns = [path("opinions", Opinions.as_view()), path("opinions/<str:pk>", One.as_view())]
app = get_wsgi_application()
