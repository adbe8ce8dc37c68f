"""The Django application."""

from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "chairlift.server"
    label = "server"
