from django.apps import AppConfig


class SoocasConfig(AppConfig):
    name = "soocas"

    def ready(self) -> None:
        from privacy import residue
        from soocas import shelves

        residue.register("cache", shelves.cached)
        residue.register("queue", shelves.queued)
        residue.register("file", shelves.filed)
        residue.register("log", shelves.logged)
